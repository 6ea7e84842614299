import NIOCore
import NIOHTTP1
import Serving
import Wire

/// One sender's connection: requests in, one at a time, replies out.
///
/// It keeps the order of pipelined requests itself: NIO's handler for that stops and starts reading around every request,
/// two system calls each, where this one does so only if a sender does pipeline.
final class QueryHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = Never
  typealias OutboundOut = HTTPServerResponsePart

  /// The longest body that is read.
  static let maximumBodyBytes = Link.maximumInputBytes
  /// How long a sender whose body is too long may go on before the connection closes.
  private static let lingerTimeout: Duration = .seconds(1)

  private let serving: ServingLoop
  private let predictPath: String
  private var context: ChannelHandlerContext?
  private var request: Request?
  private var body: ByteBuffer?
  /// What came in while the request before it waits for its answer; nothing more is read until it is empty.
  private var queued = CircularBuffer<HTTPServerRequestPart>()
  private var isReadWanted = false
  /// A whole request is in and its reply is not out.
  private var isWaiting = false
  private var isProceeding = false
  /// What comes after what is queued is not HTTP.
  private var isMalformed = false
  /// The last reply is out.
  private var isClosing = false

  /// What is known of the request at hand.
  private struct Request {
    var headers: QueryHeaders
    /// What it asks for, or why it is refused once it is in.
    var route: Result<Route, Refusal>
    var keepsAlive: Bool
    /// A reply to HEAD has no body.
    var wantsBody: Bool
    /// The reply is out; what still comes of the request is dropped.
    var isAnswered = false
  }

  init(serving: ServingLoop) {
    self.serving = serving
    predictPath = "/\(serving.settings.app)/predict"
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelInactive(context: ChannelHandlerContext) {
    // A query of this connection that is in flight goes on; its answer finds nobody here.
    self.context = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    let part = unwrapInboundIn(data)
    if isWaiting || !queued.isEmpty { queued.append(part) } else { take(part, context: context) }
  }

  func read(context: ChannelHandlerContext) {
    if queued.isEmpty { context.read() } else { isReadWanted = true }
  }

  /// Goes on with what is queued, until a request waits again.
  private func proceed(context: ChannelHandlerContext) {
    guard !isProceeding else { return }
    isProceeding = true
    while !isWaiting, let part = queued.popFirst() { take(part, context: context) }
    isProceeding = false
    guard !isWaiting else { return }
    if isMalformed, !isClosing {
      request = Request(headers: QueryHeaders([:]), route: .success(.health), keepsAlive: false, wantsBody: true)
      take(Refusal(.badRequest, "the request is not HTTP/1.1"))
    } else if isReadWanted {
      isReadWanted = false
      context.read()
    }
  }

  private func take(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    switch part {
    case .head(let head): begin(head, context: context)
    case .body(let chunk): append(chunk, context: context)
    case .end: end(context: context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else {
      context.close(promise: nil)
      return
    }
    isMalformed = true
    proceed(context: context)
  }

  // MARK: Requests

  private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    let headers = QueryHeaders(head.headers)
    let route = Result { () throws(Refusal) in try Route(head.method, head.uri, predictPath: predictPath) }
    request = Request(headers: headers, route: route, keepsAlive: head.isKeepAlive, wantsBody: head.method != .HEAD)
    body = nil
    if let length = headers.contentLength, length > QueryHandler.maximumBodyBytes {
      refuseTooLong(context: context)
    } else if headers.expectsContinue {
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
    }
  }

  private func append(_ chunk: ByteBuffer, context: ChannelHandlerContext) {
    guard let request, !request.isAnswered else { return }
    guard let length = body?.readableBytes else {
      body = chunk
      return
    }
    if let room = body?.writableBytes, room < chunk.readableBytes {
      // The second chunk of several: room for all of them at once.
      let expected = min(request.headers.contentLength ?? 0, QueryHandler.maximumBodyBytes)
      body?.reserveCapacity(minimumWritableBytes: max(chunk.readableBytes, expected - length))
    }
    body?.writeImmutableBuffer(chunk)
    if length + chunk.readableBytes > QueryHandler.maximumBodyBytes { refuseTooLong(context: context) }
  }

  private func end(context: ChannelHandlerContext) {
    guard let request else { return }
    if request.isAnswered {
      if !request.keepsAlive { context.close(promise: nil) }
      return
    }
    isWaiting = true
    let body = body ?? ByteBuffer()
    self.body = nil
    switch request.route {
    case .success(.predict): predict(body, request.headers, context: context)
    case .success(.health): reply(.ok, "text/plain; charset=utf-8", ByteBuffer(string: "ok"))
    case .success(.metrics):
      reply(.ok, "text/plain; version=0.0.4; charset=utf-8", ByteBuffer(string: serving.metricsText()))
    case .failure(let refusal): take(refusal)
    }
  }

  private func predict(_ body: ByteBuffer, _ headers: QueryHeaders, context: ChannelHandlerContext) {
    do throws(Refusal) {
      let format = serving.settings.input
      let kind = try QueryBody(contentType: headers.contentType, body: body, input: format)
      let input = try kind.input(body, format: format, allocator: context.channel.allocator)
      let most = Link.maximumInputBytes(batchSize: serving.settings.policy.batchSize)
      guard input.readableBytes <= most else {
        throw Refusal(
          .payloadTooLarge,
          "the input has \(input.readableBytes) bytes; a batch of such inputs has room for \(most) each")
      }
      serving.take(input, headers, from: self)
    } catch {
      take(error)
      serving.countRefused(headers)
    }
  }

  private func refuseTooLong(context: ChannelHandlerContext) {
    body = nil
    request?.keepsAlive = false
    take(Refusal(.payloadTooLarge, "the body is longer than \(QueryHandler.maximumBodyBytes) bytes"))
    if case .success(.predict) = request?.route, let headers = request?.headers { serving.countRefused(headers) }
    // A sender in the middle of its body sees the reply only if the connection outlives it a little.
    let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: TimeAmount(QueryHandler.lingerTimeout)) {
      handler.value.context?.close(promise: nil)
    }
  }

  // MARK: Replies

  private func reply(_ status: HTTPResponseStatus, _ type: String, _ body: ByteBuffer, _ header: Refusal.Header? = nil)
  {
    guard let context, let keepsAlive = request?.keepsAlive, let wantsBody = request?.wantsBody else { return }
    request?.isAnswered = true
    var headers = HTTPHeaders()
    headers.reserveCapacity(4)
    headers.add(name: "content-type", value: type)
    headers.add(name: "content-length", value: String(body.readableBytes))
    if let header { headers.add(name: header.name, value: header.value) }
    if !keepsAlive { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if wantsBody { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    if keepsAlive || status == .payloadTooLarge {
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    } else {
      context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in context.close(promise: nil)
      }
      queued.removeAll()
      isClosing = true
    }
    isWaiting = false
    if !queued.isEmpty || isReadWanted || isMalformed { proceed(context: context) }
  }
}

extension QueryHandler: AnswerTaking {
  func take(_ answer: Answer) {
    guard let context else { return }
    var body = context.channel.allocator.buffer(capacity: 96 + answer.output.readableBytes * 3)
    answer.write(into: &body)
    reply(.ok, "application/json", body)
  }

  func take(_ refusal: Refusal) {
    reply(
      refusal.status, "application/json", ByteBuffer(string: "{\"error\":\(JSONString.quote(refusal.reason))}"),
      refusal.header)
  }
}
