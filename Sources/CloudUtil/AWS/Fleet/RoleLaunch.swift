/// How the machines of one role are got: through the zones in order, and over again after a pause. Pure.
struct RoleLaunch {
  let role: Role
  let instanceType: String
  /// In the order in which they are asked.
  let zones: [String]
  /// How often all zones are asked before it is given up.
  static let rounds = 3
  /// Of how many calls machines die before they run when it is given up. How many of one call do says little: they share
  /// their fate.
  static let deaths = 3
  /// How often a zone may say that a token was used up, which takes another attempt and no machine.
  private static let attempts = 50

  /// How often the machines of a zone were asked for with a token that is of no use any more.
  private var attempt: [String: Int] = [:]
  private var zone = 0
  private var round = 1
  /// Calls of which a machine died.
  private var deadly: Set<LaunchCall> = []
  /// The last refusal of each zone, for the user.
  private(set) var refusals: [String: String] = [:]
  /// Calls of launches before of which it is not known what they made: each is made again first, or waited for.
  private var unanswered: [LaunchCall]

  init(role: Role, instanceType: String, zones: [String], unanswered: [LaunchCall] = []) {
    self.role = role
    self.instanceType = instanceType
    self.zones = zones
    self.unanswered = unanswered
    for call in unanswered { attempt[call.zone] = max(attempt[call.zone] ?? 0, call.attempt + 1) }
  }

  /// Whether it is not known what a call of a launch before has made.
  var isUnsettled: Bool { !unanswered.isEmpty }

  /// Whether `call` is of a launch before, and has no answer yet.
  func isUnanswered(_ call: LaunchCall) -> Bool { unanswered.contains(call) }

  /// What is asked for next, if `missing` machines are, at least one. What has no answer comes first, which finds what it
  /// made; but what would make more machines than are missing is not asked for again.
  /// - Returns: nil as long as there is only that to do: its machines have to become visible.
  func call(missing: Int) -> LaunchCall? {
    if let repetition = unanswered.first(where: { $0.count <= missing && $0.instanceType == instanceType }) {
      return repetition
    }
    guard unanswered.isEmpty else { return nil }
    return LaunchCall(
      role: role.name, zone: zones[zone], instanceType: instanceType, count: missing,
      attempt: attempt[zones[zone]] ?? 0)
  }

  /// Whatever calls without an answer have made is visible by now.
  mutating func settle() { unanswered = [] }

  enum Verdict: Equatable {
    /// Something was learnt; the next call may follow at once.
    case goOn
    /// Every zone was asked: wait before the next round.
    case pause
    /// It is not known yet: the same call again, after a moment.
    case again
    case giveUp
  }

  /// The call was answered with machines. Its token is used up: it would answer with the same again, be they gone or not.
  mutating func made(_ call: LaunchCall) -> Verdict {
    forget(call)
    return nextAttempt(after: call)
  }

  /// The call was refused.
  mutating func refused(_ call: LaunchCall, _ error: AWSError) -> Verdict {
    switch error.kind {
    case .capacity, .missing(.zone):
      forget(call)
      return skip(call, because: error.description)
    case .tokenTerminated, .tokenMismatch:
      forget(call)
      return nextAttempt(after: call)
    case .notFoundYet, .missing(.key): return .again
    default: return .giveUp
    }
  }

  /// A machine that `call` of this launch had made ended before it ran.
  mutating func died(_ call: LaunchCall, kind: AWSError.Kind, because reason: String) -> Verdict {
    let isFirst = deadly.insert(call).inserted
    refusals[call.zone] = reason
    switch kind {
    case .quota: return .giveUp
    // Of the machines of one call, which die together, the zone's round is lost once.
    case .capacity: return isFirst ? turn(from: call.zone) : .goOn
    default: return deadly.count < RoleLaunch.deaths ? .goOn : .giveUp
    }
  }

  private mutating func forget(_ call: LaunchCall) { unanswered.removeAll { $0 == call } }

  private mutating func nextAttempt(after call: LaunchCall) -> Verdict {
    let next = max(attempt[call.zone] ?? 0, call.attempt + 1)
    attempt[call.zone] = next
    return next < RoleLaunch.attempts ? .goOn : .giveUp
  }

  private mutating func skip(_ call: LaunchCall, because reason: String) -> Verdict {
    refusals[call.zone] = reason
    // What was refused made nothing; another token, all the same, keeps a late success apart from the next try.
    attempt[call.zone] = max(attempt[call.zone] ?? 0, call.attempt + 1)
    return turn(from: call.zone)
  }

  /// Goes on with the next zone, unless that has happened since.
  private mutating func turn(from name: String) -> Verdict {
    guard zones[zone] == name else { return .goOn }
    zone += 1
    guard zone == zones.count else { return .goOn }
    zone = 0
    round += 1
    return round <= RoleLaunch.rounds ? .pause : .giveUp
  }
}
