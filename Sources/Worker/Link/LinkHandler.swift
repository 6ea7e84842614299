import NIOCore
import Wire

/// The worker's end of one link: says hello, sends heartbeats, takes one job at a time.
final class LinkHandler: ChannelDuplexHandler {
  typealias InboundIn = WorkerMessage
  typealias OutboundIn = WorkerMessage
  typealias OutboundOut = WorkerMessage

  private enum State { case greeting, idle, busy, closed }

  /// From hello to its answer; a link without one is closed and dialled again.
  private static let greetingTimeout: TimeAmount = .seconds(2)

  private let hello: WorkerMessage.Hello
  private let jobs: JobMailbox
  private let delay: LinkDelay
  private let journal: LinkJournal
  private let presence: FrontendPresence
  private var state = State.greeting
  private var heartbeat: RepeatedTask?
  /// Outputs went out since the last heartbeat was due: they say as well that this worker lives.
  private var hasSpoken = false
  private var greetingDeadline: Scheduled<Void>?

  init(
    hello: WorkerMessage.Hello, jobs: JobMailbox, delay: LinkDelay, journal: LinkJournal, presence: FrontendPresence
  ) {
    self.hello = hello
    self.jobs = jobs
    self.delay = delay
    self.journal = journal
    self.presence = presence
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(.hello(hello)), promise: nil)
    let channel = context.channel
    let journal = journal
    greetingDeadline = channel.eventLoop.scheduleTask(in: LinkHandler.greetingTimeout) {
      journal.note("no answer to hello")
      channel.close(promise: nil)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (state, unwrapInboundIn(data)) {
    case (.greeting, .welcome):
      state = .idle
      presence.note()
      greetingDeadline?.cancel()
      journal.note("joined the frontend as worker/\(hello.worker)")
      beat(context.channel)
    case (.greeting, .refused(let reason)):
      journal.note("refused by the frontend: \(reason)")
      context.close(promise: nil)
    case (.idle, .job(let id, let inputs)):
      state = .busy
      jobs.put(Job(id: id, inputs: inputs, link: context.channel))
    default:
      journal.note("the frontend sent a message out of turn; link closed")
      context.close(promise: nil)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .outputs = unwrapOutboundIn(data), state == .busy {
      state = .idle
      hasSpoken = true
    }
    context.write(data, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    journal.note("link closed: \(error)")
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if state == .idle || state == .busy {
      presence.note()
      journal.note("lost the frontend, dialling again")
    }
    state = .closed
    greetingDeadline?.cancel()
    heartbeat?.cancel()
    context.fireChannelInactive()
  }

  /// On the thread of the link, so that a busy model never silences it; nothing while outputs say the same, for each
  /// heartbeat wakes the frontend. The silence between the two is shorter than two intervals.
  private func beat(_ channel: any Channel) {
    let interval = TimeAmount(Link.heartbeatInterval)
    let link = NIOLoopBound(self, eventLoop: channel.eventLoop)
    heartbeat = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { _ in
      defer { link.value.hasSpoken = false }
      // Behind a frontend that does not read, more of them would only pile up.
      if !link.value.hasSpoken, channel.isWritable { link.value.delay.send(.heartbeat, over: channel) }
    }
  }
}
