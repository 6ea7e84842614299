import NIOCore
import Serving
import Wire

/// One worker's connection: says who it is, takes one job at a time, gives outputs.
///
/// It reads and writes frames itself, without handlers for them in between, which would box every message.
final class WorkerLink: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// A worker that has been let in.
  struct Member {
    var instance: InstanceID
    var worker: UInt32
    var pool: Pool
  }

  /// From the connection to the `hello`.
  static let helloTimeout: Duration = .seconds(2)

  private let links: WorkerLinks
  private var context: ChannelHandlerContext?
  /// What has come in of a frame that is not whole yet.
  private var rest: ByteBuffer?
  /// The longest frame accepted: a stranger's first one is short.
  private var frameLimit = Link.maximumFirstFrameBytes
  private var helloDeadline: Scheduled<Void>?
  /// Nil until the worker is let in and after it is lost.
  var member: Member?
  /// When the last frame came in.
  var lastHeard = Instant(nanoseconds: 0)

  init(links: WorkerLinks) { self.links = links }

  /// Sends the job, or nothing if the link is closing: its loss comes as an event of its own.
  func send(_ job: JobID, _ inputs: WorkerMessage.Inputs) {
    write(.job(job, inputs))
  }

  func close() {
    guard let context else { return }
    self.context = nil
    context.close(promise: nil)
  }

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    let link = NIOLoopBound(self, eventLoop: context.eventLoop)
    helloDeadline = context.eventLoop.scheduleTask(in: TimeAmount(WorkerLink.helloTimeout)) {
      Log.event("link from \(link.value.peer) closed: no hello within \(WorkerLink.helloTimeout)")
      link.value.close()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    helloDeadline?.cancel()
    self.context = nil
    links.lose(self, because: "its link closed")
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastHeard = links.now()
    var bytes = unwrapInboundIn(data)
    if var start = rest.take() {
      start.writeImmutableBuffer(bytes)
      bytes = start
    }
    do throws(FrameError) {
      while self.context != nil, let message = try WorkerMessage.decode(from: &bytes, maximumFrameBytes: frameLimit) {
        take(message)
      }
      rest = bytes.readableBytes > 0 ? bytes : nil
      rest?.discardReadBytes()
    } catch {
      Log.event("link from \(peer) closed: \(error)")
      close()
    }
  }

  private func take(_ message: WorkerMessage) {
    switch (message, member) {
    case (.hello(let hello), nil): greet(hello)
    case (.heartbeat, _?): break
    case (.outputs(let job, _, let results), let member?): links.take(results, of: job, from: member)
    default:
      Log.event("link from \(peer) closed: \(message.name) is out of place")
      close()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    Log.event("link from \(peer) closed: \(error)")
    context.close(promise: nil)
  }

  private func greet(_ hello: WorkerMessage.Hello) {
    helloDeadline?.cancel()
    if let reason = links.objection(to: hello) {
      Log.event("link from \(peer) refused: \(reason)")
      write(.refused(reason: reason))
      close()
      return
    }
    frameLimit = Link.maximumFrameBytes
    write(.welcome)
    links.admit(self, hello)
  }

  private func write(_ message: WorkerMessage) {
    guard let context else { return }
    var frame = context.channel.allocator.buffer(capacity: message.frameBytes)
    message.encode(into: &frame)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  private var peer: String { context?.remoteAddress?.description ?? "nowhere" }
}

extension WorkerMessage {
  fileprivate var name: String {
    switch self {
    case .hello: "a hello"
    case .welcome: "a welcome"
    case .refused: "a refusal"
    case .heartbeat: "a heartbeat"
    case .job: "a job"
    case .outputs: "outputs"
    }
  }
}
