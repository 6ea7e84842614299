import NIOCore
import Wire

/// How much later a worker sends what it has to say: at once at first, and from each SIGRTMIN+1 on by the next of
/// `--delays`, in milliseconds. Stands in for a slow link where the kernel has none to give.
struct LinkDelay: Sendable {
  private let delays_ms: SignalledSteps

  /// - Parameter delays_ms: each >= 0.
  init(_ delays_ms: [Double] = []) { self.delays_ms = SignalledSteps(delays_ms, signal: .delay) }

  /// Sends `message` over `channel`; it is flushed when its time has come.
  func send(_ message: WorkerMessage, over channel: any Channel) {
    guard let delay_ms = delays_ms.current, delay_ms > 0 else {
      return channel.writeAndFlush(message, promise: nil)
    }
    channel.eventLoop.scheduleTask(in: .nanoseconds(Int64(delay_ms * 1e6))) {
      channel.writeAndFlush(message, promise: nil)
    }
  }

  static func parse(argument: String) throws -> [Double] { try SignalledSteps.parse(argument, in: 0...60_000) }
}
