import Synchronization

/// A lease while its launch is at work. What must not be done by two asks it first: a machine that slept for longer than a
/// lease lives may have lost it.
final class HeldLease: Sendable {
  let groupID: String
  /// Who held the lease of a launch before that has died or given up, and may have made what is not visible yet: empty if
  /// that is not known, nil if none has.
  let dead: String?
  private let life: Duration
  private let sign: @Sendable () async throws -> Void
  private let lastSign = Mutex(ContinuousClock.now)

  /// - Parameters:
  ///   - life: after which a lease without a sign of life is no one's.
  ///   - sign: gives a sign of life; throws if the lease is no more.
  init(groupID: String, dead: String?, life: Duration, sign: @escaping @Sendable () async throws -> Void) {
    (self.groupID, self.dead, self.life, self.sign) = (groupID, dead, life, sign)
  }

  func renew() async throws {
    let now = ContinuousClock.now
    try await sign()
    lastSign.withLock { $0 = max($0, now) }
  }

  /// Makes sure that nobody else has taken it meanwhile.
  /// - Throws: `FleetFailure` `leaseLost`; `AWSError` if that is not known.
  func check() async throws {
    if ContinuousClock.now - lastSign.withLock(\.self) > life / 2 { try await renew() }
  }
}
