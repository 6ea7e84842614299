import NIOCore
import NIOHTTP1

/// What a connection tells whoever drives it, on the event loop.
protocol ConnectionDelegate: AnyObject {
  /// The reply to the query in flight is complete. `isReusable`: the connection can take another query.
  func connection(_ id: Int, replied reply: Reply, isReusable: Bool)
  /// The connection is gone; the query in flight, if any, has no reply.
  func connectionClosed(_ id: Int)
}

/// A complete reply, its body as it came.
struct Reply {
  var status: UInt16
  var body: ByteBuffer
}

/// One HTTP/1.1 connection, end of its pipeline: at most one query in flight.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// A reply may be this long; what is beyond is read and dropped, the rest still counts as a reply.
  static let maximumReplyBytes = 16 << 20

  private enum State {
    case idle
    case awaitingReply
    case receiving(HTTPResponseHead, ByteBuffer)
    case closed
  }

  let id: Int
  private var state = State.idle
  private var context: ChannelHandlerContext?
  private weak var delegate: ConnectionDelegate?

  init(id: Int, delegate: ConnectionDelegate) {
    self.id = id
    self.delegate = delegate
  }

  /// Hands a request to the socket.
  /// - Returns: false if the connection turned out to be closed and nothing of the request was written; it is then gone
  ///   without a word to the delegate.
  func send(_ head: HTTPRequestHead, body: ByteBuffer) -> Bool {
    guard let context, case .idle = state, context.channel.isActive else { return abandon() }
    state = .awaitingReply
    let written = context.eventLoop.makePromise(of: Void.self)
    var failedAtOnce = false
    var isFlushing = true
    written.futureResult.assumeIsolated().whenFailure { _ in
      if isFlushing { failedAtOnce = true }
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    isFlushing = false
    // An error of the very first write: the peer had reset the connection while it was idle.
    return failedAtOnce ? abandon() : true
  }

  func close() {
    context?.close(promise: nil)
  }

  private func abandon() -> Bool {
    delegate = nil
    state = .closed
    close()
    return false
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .awaitingReply):
      state = .receiving(head, ByteBuffer())
    case (.body(let part), .receiving(let head, var body)):
      // The common reply comes in one part, which is kept without a copy.
      state = .awaitingReply
      if body.readableBytes == 0 {
        body = part
      } else if body.readableBytes + part.readableBytes <= Connection.maximumReplyBytes {
        body.writeImmutableBuffer(part)
      }
      state = .receiving(head, body)
    case (.end, .receiving(let head, let body)):
      state = head.isKeepAlive ? .idle : .closed
      let reply = Reply(status: UInt16(clamping: head.status.code), body: body)
      let delegate = self.delegate
      if !head.isKeepAlive {
        self.delegate = nil
        context.close(promise: nil)
      }
      delegate?.connection(id, replied: reply, isReusable: head.isKeepAlive)
    default:
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    state = .closed
    delegate?.connectionClosed(id)
    delegate = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
