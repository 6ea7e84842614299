import CLinux
import Glibc

/// Ends processes: SIGTERM first, SIGKILL to what is left after a grace.
struct Takedown {
  /// How long a process may take to end by itself.
  var grace: Duration
  /// How long after the grace a killed process may take to vanish.
  var patience: Duration = .milliseconds(1500)

  /// Ends all that `find` finds, asking it again and again, so that what they start meanwhile is found too.
  ///
  /// Call it shielded from cancellation: it waits by sleeping.
  /// - Returns: what is still alive in spite of it.
  func end(_ find: () -> [ProcessStatus]) async -> [ProcessIdentity] {
    let start = ContinuousClock.now
    var asked: Set<ProcessIdentity> = []
    while true {
      let alive = find().filter { !$0.hasEnded }.map(\.identity)
      let elapsed = ContinuousClock.now - start
      if alive.isEmpty || elapsed > grace + patience { return alive }
      for process in alive {
        if elapsed >= grace {
          process.signal(SIGKILL)
        } else if asked.insert(process).inserted {
          process.signal(SIGTERM)
          // A stopped process takes note of it only once it continues.
          process.signal(SIGCONT)
        }
      }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }
}

extension ProcessIdentity {
  /// Sends `number` to this very process, or to none if it has ended: its id may be another's by now.
  /// - Returns: whether it was sent.
  @discardableResult
  func signal(_ number: Int32) -> Bool {
    let descriptor = linux_pidfd_open(pid)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard ProcessStatus(of: pid)?.identity == self else { return false }
    return linux_pidfd_send_signal(descriptor, number) == 0
  }
}
