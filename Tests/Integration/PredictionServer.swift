import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server in this process that answers predictions well or badly, as the test says.
final class PredictionServer: Sendable {
  enum Behaviour: Sendable {
    case reply(status: Int = 200)
    /// The reply comes when the test calls `releaseHeld`.
    case hold
    case never
    /// The connection closes instead of a reply.
    case close
    /// The connection closes after half of the reply.
    case closeHalfway
    /// The reply says `connection: close` and the connection closes.
    case replyAndClose
    /// The reply comes in chunks of one byte.
    case fragments
    /// Something that is not HTTP.
    case garbage
  }

  struct Request: Sendable {
    var path: String
    var headers: HTTPHeaders
    var body: ByteBuffer
    var query: Int? { headers.first(name: "query").flatMap { Int($0) } }
  }

  private struct State {
    var requests: [Request] = []
    var held: [@Sendable () -> Void] = []
    var connections = 0
  }

  private let state = NIOLockedValueBox(State())
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel

  /// Listens on `port`, or a free one.
  init(port: Int = 0, _ behaviour: @escaping @Sendable (Request) -> Behaviour = { _ in .reply() }) throws {
    let state = self.state
    channel = try ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1024)
      .childChannelInitializer { channel in
        state.withLockedValue { $0.connections += 1 }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
          try channel.pipeline.syncOperations.addHandler(Responder(server: state, behaviour: behaviour))
        }
      }
      .bind(host: "127.0.0.1", port: port).wait()
  }

  deinit { group.shutdownGracefully { _ in } }

  /// Stops listening and closes every connection.
  func stop() async throws { try await group.shutdownGracefully() }

  var port: Int { channel.localAddress?.port ?? 0 }
  var requests: [Request] { state.withLockedValue { $0.requests } }
  /// Connections accepted so far.
  var connections: Int { state.withLockedValue { $0.connections } }
  var heldReplies: Int { state.withLockedValue { $0.held.count } }

  func releaseHeld() {
    let held = state.withLockedValue { state in
      defer { state.held = [] }
      return state.held
    }
    for release in held { release() }
  }

  /// What it predicts for a query.
  static func prediction(query: Int) -> Int { query % 10 }

  static func reply(query: Int) -> String {
    let output = (0..<10).map { $0 == prediction(query: query) ? "7.5" : "-0.25" }.joined(separator: ",")
    return #"{"query_id":\#(query),"output":[\#(output)],"default":false,"source":"own"}"#
  }

  private final class Responder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: NIOLockedValueBox<State>
    private let behaviour: @Sendable (Request) -> Behaviour
    private var request: Request?

    init(server: NIOLockedValueBox<State>, behaviour: @escaping @Sendable (Request) -> Behaviour) {
      self.server = server
      self.behaviour = behaviour
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): request = Request(path: head.uri, headers: head.headers, body: ByteBuffer())
      case .body(let part): request?.body.writeImmutableBuffer(part)
      case .end:
        guard let request else { return }
        self.request = nil
        server.withLockedValue { $0.requests.append(request) }
        answer(request, context)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: Request, _ context: ChannelHandlerContext) {
      let text = PredictionServer.reply(query: request.query ?? 0)
      switch behaviour(request) {
      case .reply(let status): reply(text, status: status, context)
      case .hold:
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        server.withLockedValue { state in
          state.held.append { loop.execute { bound.value.0.reply(text, status: 200, bound.value.1) } }
        }
      case .never: break
      case .close: context.close(promise: nil)
      case .closeHalfway:
        writeHead(status: 200, length: text.utf8.count, context)
        writeBody(String(text.prefix(text.count / 2)), context)
        context.flush()
        context.close(promise: nil)
      case .replyAndClose:
        reply(text, status: 200, context, headers: ["connection": "close"])
        context.close(promise: nil)
      case .fragments:
        writeHead(status: 200, length: nil, context)
        for character in text {
          writeBody(String(character), context)
          context.flush()
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      case .garbage:
        context.channel.pipeline.context(handlerType: HTTPResponseEncoder.self).assumeIsolated().whenSuccess {
          $0.writeAndFlush(NIOAny(ByteBuffer(string: "SSH-2.0-OpenSSH_9.2\r\n\r\n")), promise: nil)
        }
      }
    }

    private func reply(
      _ text: String, status: Int, _ context: ChannelHandlerContext, headers: HTTPHeaders = [:]
    ) {
      writeHead(status: status, length: text.utf8.count, context, headers: headers)
      writeBody(text, context)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func writeHead(
      status: Int, length: Int?, _ context: ChannelHandlerContext, headers: HTTPHeaders = [:]
    ) {
      var headers = headers
      if let length { headers.add(name: "content-length", value: String(length)) }
      let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func writeBody(_ text: String, _ context: ChannelHandlerContext) {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    }
  }
}
