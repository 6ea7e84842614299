/// How the machines of one role are got: through the zones in order, and over again after a pause. Pure.
struct RoleLaunch {
  let role: Role
  let instanceType: String
  /// In the order in which they are asked.
  let zones: [String]
  /// How often all zones are asked before it is given up.
  static let rounds = 3
  /// Of how many calls machines may die before they run, less one. How many of one call do says little: they share their
  /// fate.
  static let deaths = 3
  /// How often a zone may say that a token was used up, which takes another attempt and no machine.
  private static let attempts = 50

  /// How often the machines of a zone were asked for with a token that is of no use any more.
  private var attempt: [String: Int] = [:]
  private var zone = 0
  private var round = 1
  /// Calls of which a machine died, by token.
  private var deadly: Set<String> = []
  /// The last refusal of each zone, for the user.
  private(set) var refusals: [String: String] = [:]
  /// Calls of a launch that was killed of which it is not known what they made: they are made again first.
  private var unanswered: [LaunchCall]

  init(role: Role, instanceType: String, zones: [String], unanswered: [LaunchCall] = []) {
    self.role = role
    self.instanceType = instanceType
    self.zones = zones
    self.unanswered = unanswered
    for call in unanswered { attempt[call.zone] = max(attempt[call.zone] ?? 0, call.attempt) }
  }

  /// What has to be asked again before anything else, whatever is missing; nil if there is nothing.
  var repetition: LaunchCall? { unanswered.first }

  /// What is asked for next, if `missing` machines are.
  func call(missing: Int) -> LaunchCall {
    repetition
      ?? LaunchCall(
        role: role.name, zone: zones[zone], instanceType: instanceType, count: missing,
        attempt: attempt[zones[zone]] ?? 0)
  }

  enum Verdict: Equatable {
    /// Something was learnt; the next call may follow at once.
    case goOn
    /// Every zone was asked: wait before the next round.
    case pause
    /// It is not known yet: the same call again, after a moment.
    case again
    case giveUp
  }

  /// The call was answered with machines.
  /// - Parameter alive: whether one of them is: a token answers with what it made, even if all that is gone.
  mutating func made(_ call: LaunchCall, alive: Bool) -> Verdict {
    forget(call)
    return alive ? .goOn : nextAttempt(in: call.zone)
  }

  /// The call was refused.
  mutating func refused(_ call: LaunchCall, _ error: AWSError) -> Verdict {
    switch error.kind {
    case .capacity:
      forget(call)
      return skip(call.zone, because: error.description)
    case .missing(.zone):
      forget(call)
      return skip(call.zone, because: error.description)
    case .tokenTerminated, .tokenMismatch:
      forget(call)
      return nextAttempt(in: call.zone)
    case .notFoundYet, .missing(.key): return .again
    default: return .giveUp
    }
  }

  /// A machine that this launch had made in `zone`, with `token`, ended before it ran.
  mutating func died(in zone: String, of token: String, kind: AWSError.Kind, because reason: String) -> Verdict {
    deadly.insert(token)
    refusals[zone] = reason
    switch kind {
    case .quota: return .giveUp
    case .capacity: return skip(zone, because: reason)
    default:
      guard deadly.count < RoleLaunch.deaths else { return .giveUp }
      return nextAttempt(in: zone)
    }
  }

  private mutating func forget(_ call: LaunchCall) { unanswered.removeAll { $0 == call } }

  private mutating func nextAttempt(in zone: String) -> Verdict {
    attempt[zone, default: 0] += 1
    return attempt[zone, default: 0] < RoleLaunch.attempts ? .goOn : .giveUp
  }

  /// Goes on with the next zone, unless that has happened since.
  private mutating func skip(_ name: String, because reason: String) -> Verdict {
    refusals[name] = reason
    // What was refused made nothing; another token, all the same, keeps a late success apart from the next try.
    attempt[name, default: 0] += 1
    guard zones[zone] == name else { return .goOn }
    zone += 1
    guard zone == zones.count else { return .goOn }
    zone = 0
    round += 1
    return round <= RoleLaunch.rounds ? .pause : .giveUp
  }
}
