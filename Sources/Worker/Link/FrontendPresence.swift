import NIOConcurrencyHelpers
import NIOCore

/// When this worker had a frontend last; from its start on, if it never had one.
final class FrontendPresence: Sendable {
  private let last = NIOLockedValueBox(NIODeadline.now())

  /// There is one, or was until now.
  func note() { last.withLockedValue { $0 = .now() } }

  /// For how long there has been none.
  var absence: TimeAmount { .now() - last.withLockedValue { $0 } }
}
