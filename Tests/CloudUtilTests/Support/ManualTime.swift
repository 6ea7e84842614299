import Synchronization

@testable import CloudUtil

/// Time that passes only by waiting, at once.
final class ManualTime: Sendable {
  private struct State {
    var now: Duration = .seconds(1_795_258_231)
    var waits: [Duration] = []
  }

  private let state = Mutex(State())

  /// What was waited for.
  var waits: [Duration] { state.withLock(\.waits) }

  /// - Parameter random: what its dice always say.
  func timing(random: Double = 0.5) -> Timing {
    Timing(
      now: { self.state.withLock { UTCTime(seconds: $0.now.components.seconds) } },
      sleep: { wait in
        try Task.checkCancellation()
        self.state.withLock { state in
          state.now += wait
          state.waits.append(wait)
        }
      }, random: { random })
  }
}
