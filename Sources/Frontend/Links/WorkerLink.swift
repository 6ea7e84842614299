import NIOCore
import Serving
import Wire

/// One worker's connection: says who it is, takes one job at a time, gives outputs.
final class WorkerLink: ChannelInboundHandler {
  typealias InboundIn = WorkerMessage
  typealias OutboundOut = WorkerMessage

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
  private var helloDeadline: Scheduled<Void>?
  /// Nil until the worker is let in and after it is lost.
  var member: Member?
  /// When the last frame came in.
  var lastHeard = Instant(nanoseconds: 0)

  init(links: WorkerLinks) { self.links = links }

  /// Sends the job, or nothing if the link is closing: its loss comes as an event of its own.
  func send(_ job: JobID, _ inputs: WorkerMessage.Inputs) {
    guard let context else { return }
    context.writeAndFlush(wrapOutboundOut(.job(job, inputs)), promise: nil)
  }

  func close() { context?.close(promise: nil) }

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
    switch (unwrapInboundIn(data), member) {
    case (.hello(let hello), nil): greet(hello, context: context)
    case (.heartbeat, _?): break
    case (.outputs(let job, _, let results), let member?): links.take(results, of: job, from: member)
    case (let message, _):
      Log.event("link from \(peer) closed: \(message.name) is out of place")
      close()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    Log.event("link from \(peer) closed: \(error)")
    context.close(promise: nil)
  }

  private func greet(_ hello: WorkerMessage.Hello, context: ChannelHandlerContext) {
    helloDeadline?.cancel()
    if let reason = links.objection(to: hello) {
      Log.event("link from \(peer) refused: \(reason)")
      context.writeAndFlush(wrapOutboundOut(.refused(reason: reason)), promise: nil)
      context.close(promise: nil)
      return
    }
    context.writeAndFlush(wrapOutboundOut(.welcome), promise: nil)
    links.admit(self, hello)
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
