import CloudUtil
import Synchronization

/// A clock that stands until it is set, or somebody sleeps by it.
final class FakeClock: Sendable {
  private let time: Mutex<UTCTime>

  init(_ time: UTCTime = UTCTime(seconds: 1_800_000_000)) { self.time = Mutex(time) }

  var now: UTCTime { time.withLock { $0 } }

  func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }

  var timing: Timing {
    Timing(now: { self.now }, sleep: { self.advance($0) }, random: { 0.5 })
  }
}
