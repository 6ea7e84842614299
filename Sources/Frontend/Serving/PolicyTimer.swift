import NIOCore
import Serving

/// The one timer that wakes the policy.
///
/// It may ring too early and then is set again: a policy's next deadline moves on with every answer, and a timer that is
/// left alone costs nothing.
struct PolicyTimer {
  private var scheduled: Scheduled<Void>?
  private var rings: Instant?

  mutating func arm(_ deadline: Instant?, on serving: ServingLoop) {
    guard let deadline else { return }
    if let rings, rings <= deadline { return }
    scheduled?.cancel()
    rings = deadline
    let bound = NIOLoopBound(serving, eventLoop: serving.eventLoop)
    let delay = TimeAmount.nanoseconds(max(0, (deadline - serving.now()).nanoseconds))
    scheduled = serving.eventLoop.scheduleTask(in: delay) { bound.value.timerRang() }
  }

  mutating func rang() {
    scheduled = nil
    rings = nil
  }
}
