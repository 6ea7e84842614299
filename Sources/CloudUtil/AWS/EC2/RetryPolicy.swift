/// How often and for how long a call is sent again.
public struct RetryPolicy: Hashable, Sendable {
  /// Of one call, the first included.
  public var maxAttempts = 10
  /// Attempts when nothing answers at the endpoint, which is more often a wrong address than a short outage.
  public var maxConnections = 4
  /// Attempts when successes cannot be read, which is more often a proxy's doing than a reply that was cut.
  public var maxUnreadable = 3
  /// From the first attempt to the beginning of the last.
  public var totalTime: Duration = .seconds(180)
  /// For the reply to one attempt.
  public var attemptTime: Duration = .seconds(60)
  /// The longest wait before the second attempt; it doubles with each.
  public var firstWait: Duration = .seconds(1)
  public var longestWait: Duration = .seconds(30)

  public init() {}

  /// The longest wait after so many attempts.
  func bound(after attempts: Int) -> Duration {
    var bound = firstWait
    for _ in 1..<max(1, attempts) where bound < longestWait { bound = bound * 2 }
    return min(bound, longestWait)
  }
}

/// What becomes of one call: pure, so that every conduct can be tested without waiting.
struct RetryState {
  enum Step: Equatable {
    case giveUp
    /// With new credentials, at once.
    case refresh
    case wait(Duration)
  }

  let policy: RetryPolicy
  let isRepeatable: Bool
  let start: UTCTime
  /// Attempts so far.
  private(set) var attempts = 0
  /// An attempt may have been carried out.
  private(set) var mayBeDone = false
  private var hasRefreshed = false
  /// Attempts that found nobody.
  private var unanswered = 0
  /// Attempts whose reply was a success that nobody could read.
  private var unreadable = 0

  init(policy: RetryPolicy, isRepeatable: Bool, start: UTCTime) {
    self.policy = policy
    self.isRepeatable = isRepeatable
    self.start = start
  }

  /// What to do after an attempt failed.
  /// - Parameter random: from 0 up to 1; a wait is that share of its bound, so that callers who failed together do not come
  ///   back together.
  mutating func step(after error: AWSError, now: UTCTime, random: Double) -> Step {
    attempts += 1
    switch error.kind {
    case .throttled: break
    case .server, .lostReply:
      mayBeDone = true
      if !isRepeatable { return .giveUp }
    case .malformedReply where error.isOfSuccess:
      mayBeDone = true
      unreadable += 1
      if !isRepeatable || unreadable >= policy.maxUnreadable { return .giveUp }
    case .unreachable(.couldNotConnect):
      unanswered += 1
      if unanswered >= policy.maxConnections { return .giveUp }
    case .expiredCredentials:
      defer { hasRefreshed = true }
      return hasRefreshed ? .giveUp : .refresh
    default: return .giveUp
    }
    let wait = policy.bound(after: attempts) * random
    guard attempts < policy.maxAttempts, now - start + wait <= policy.totalTime else { return .giveUp }
    return .wait(wait)
  }
}

extension AWSError {
  fileprivate var isOfSuccess: Bool { status.map((200..<300).contains) ?? false }
}
