/// How a fleet comes to be, decided from what is seen: which machines are used, which are started, which are asked for.
/// Pure: observations and answers go in, steps come out; `Instant` is any clock that only goes forward.
struct FleetPlan<Instant: InstantProtocol> where Instant.Duration == Duration {
  struct Want: Equatable {
    var role: Role
    var count: Int
    var instanceType: String
  }

  enum Step: Equatable {
    case run(LaunchCall)
    case start([String])
  }

  enum Failure: Error, Equatable {
    /// No zone had machines, or they died: the reasons by zone.
    case refused(Role, [String: String], AWSError.Kind)
    case call(Role, AWSError)
    /// A machine that this launch had made was terminated by somebody.
    case ended(String)
    /// Machines that did not come up in time.
    case late([String])
  }

  private let wants: [Want]
  private let imageID: String
  private let pace: CloudPace
  private var launches: [Role: RoleLaunch]
  /// Everything that was made or seen, as it was last: EC2 may for a while not tell of something that it told of before.
  private var known: [String: (instance: EC2Instance, at: Instant)] = [:]
  /// What this launch's calls have made, and which call.
  private var made: [String: LaunchCall] = [:]
  private var dead: Set<String> = []
  private var started: Set<String> = []
  private var view = FleetView(instances: [])
  /// Until then nothing is asked for: what a launch before made may not be visible yet.
  private let quietUntil: Instant
  /// From then on everything that launches before have made is visible.
  private let settledAt: Instant
  /// Stopped machines that cannot be started.
  private var useless: Set<String> = []
  /// Stopped machines that are started one by one, since one of them may have kept the others from it.
  private var separate: Set<String> = []
  private var pausedUntil: [Role: Instant] = [:]
  /// Since when a role's call meets something that is not known yet.
  private var unknownSince: [Role: Instant] = [:]
  /// Of each role, the call that may have made machines although it was refused.
  private var doubts: [Role: Doubt] = [:]
  private let deadline: Instant

  /// A call that was refused for its zone, of which an earlier try had no answer.
  private struct Doubt {
    var call: LaunchCall
    /// What its machines are tagged with.
    var token: String
    var error: AWSError
    /// From then on whatever it has made is visible.
    var until: Instant
  }

  /// - Parameter quiet: for how long nothing is asked for.
  init(
    _ wants: [Want], imageID: String, launches: [Role: RoleLaunch], pace: CloudPace, quiet: Duration, now: Instant
  ) {
    self.wants = wants
    self.imageID = imageID
    self.launches = launches
    self.pace = pace
    settledAt = now.advanced(by: pace.visibility)
    quietUntil = now.advanced(by: quiet)
    deadline = now.advanced(by: pace.patience)
  }

  // MARK: What was learnt

  mutating func observe(_ instances: [EC2Instance], now: Instant) throws(Failure) {
    for instance in instances { known[instance.id] = (instance, now) }
    known = known.filter { $1.at.advanced(by: pace.memory) > now }
    view = FleetView(instances: known.values.map(\.instance))
    for instance in instances where instance.state.isEnding {
      guard let call = made[instance.id], dead.insert(instance.id).inserted else { continue }
      let role = Role(call.role)
      let reason = instance.stateReason
      // Somebody does not want it: another in its place would be ended as well.
      if reason?.code == "Client.UserInitiatedShutdown" { throw .ended(instance.id) }
      let words = "\(instance.id) ended before it ran" + (reason.map { ": \($0.words)" } ?? "")
      let kind = reason.map { AWSError.Kind(stateReason: $0.code, message: $0.message) } ?? .other
      guard let verdict = launches[role]?.died(call, kind: kind, because: words) else { continue }
      try obey(verdict, role, kind, now: now)
    }
    for doubt in doubts.values {
      let machines = view.instances.filter { $0.tags[ClusterTag.token] == doubt.token }
      guard machines.count >= doubt.call.count else { continue }
      doubts[Role(doubt.call.role)] = nil
      try made(doubt.call, machines, now: now)
    }
  }

  mutating func made(_ call: LaunchCall, _ instances: [EC2Instance], now: Instant) throws(Failure) {
    let role = Role(call.role)
    unknownSince[role] = nil
    for var instance in instances where !instance.state.isEnding && !dead.contains(instance.id) {
      // The reply of a token that was used before may be the one of then, of a machine that is gone.
      if known[instance.id]?.instance.state.isEnding ?? false { continue }
      // What was asked for, whether the reply says so or not.
      instance.tags[ClusterTag.role] = call.role
      made[instance.id] = call
      if known[instance.id] == nil { known[instance.id] = (instance, now) }
    }
    view = FleetView(instances: known.values.map(\.instance))
    guard let verdict = launches[role]?.made(call) else { return }
    try obey(verdict, role, .tokenTerminated, now: now)
  }

  /// A call that was to start stopped machines failed. Of machines that have no room, or are in no state for it, others take
  /// the place; those of which it is not known are started again if they still are stopped.
  /// - Throws: `call` if other machines would be refused as well.
  mutating func notStarted(_ ids: [String], _ error: AWSError) throws(Failure) {
    switch error.kind {
    case .capacity, .incorrectState:
      guard ids.count > 1 else { return useless.formUnion(ids) }
      // All or none are started: one may stand for all.
      separate.formUnion(ids)
      started.subtract(ids)
    case _ where error.mayHaveHappened || error.kind == .notFoundYet: started.subtract(ids)
    default: throw .call(ids.compactMap { known[$0]?.instance.role }.first ?? Role(""), error)
    }
  }

  /// - Parameter token: that the call was made with.
  mutating func refused(_ call: LaunchCall, token: String, _ error: AWSError, now: Instant) throws(Failure) {
    let role = Role(call.role)
    let isOfZone = error.kind == .capacity || error.kind == .missing(.zone)
    if isOfZone, error.mayHaveHappened || launches[role]?.isUnanswered(call) ?? false {
      // In the next zone it would be made twice.
      doubts[role] = Doubt(call: call, token: token, error: error, until: now.advanced(by: pace.visibility))
      return
    }
    try accept(call, error, now: now)
  }

  /// Nothing was made.
  private mutating func accept(_ call: LaunchCall, _ error: AWSError, now: Instant) throws(Failure) {
    let role = Role(call.role)
    guard let verdict = launches[role]?.refused(call, error) else { return }
    let isOfZone = error.kind == .capacity || error.kind == .missing(.zone)
    if verdict == .giveUp, !isOfZone { throw .call(role, error) }
    if verdict == .again {
      let since = unknownSince[role] ?? now
      unknownSince[role] = since
      // It stays unknown: somebody has removed it.
      guard since.advanced(by: pace.visibility) > now else { throw .call(role, error) }
    } else {
      unknownSince[role] = nil
    }
    try obey(verdict, role, error.kind, now: now)
  }

  private mutating func obey(
    _ verdict: RoleLaunch.Verdict, _ role: Role, _ kind: AWSError.Kind, now: Instant
  ) throws(Failure) {
    switch verdict {
    case .goOn, .again: return
    case .pause: pausedUntil[role] = now.advanced(by: pace.coolDown)
    case .giveUp: throw .refused(role, launches[role]?.refusals ?? [:], kind)
    }
  }

  // MARK: What follows

  /// What to do now; nothing means to look again after a moment.
  /// - Throws: `late`.
  mutating func steps(now: Instant) throws(Failure) -> [Step] {
    for doubt in doubts.values where now >= doubt.until {
      doubts[Role(doubt.call.role)] = nil
      try accept(doubt.call, doubt.error, now: now)
    }
    if isDone { return [] }
    guard now < deadline else { throw .late(late) }
    var steps: [Step] = []
    let stopped = chosen.filter { $0.state == .stopped && !started.contains($0.id) }.map(\.id)
    if !stopped.isEmpty {
      started.formUnion(stopped)
      let together = stopped.filter { !separate.contains($0) }
      if !together.isEmpty { steps.append(.start(together)) }
      steps += stopped.filter(separate.contains).map { .start([$0]) }
    }
    guard now >= quietUntil else { return steps }
    for want in wants {
      if now >= settledAt { launches[want.role]?.settle() }
      let missing = missing(want)
      guard missing > 0, doubts[want.role] == nil, pausedUntil[want.role].map({ now >= $0 }) ?? true else { continue }
      if let call = launches[want.role]?.call(missing: missing) { steps.append(.run(call)) }
    }
    return steps
  }

  private func usable(_ want: Want) -> [EC2Instance] {
    view.usable(for: want.role, instanceType: want.instanceType, imageID: imageID)
      .filter { !useless.contains($0.id) || $0.state == .running || $0.state == .pending }
  }

  private func missing(_ want: Want) -> Int { max(0, want.count - usable(want).count) }

  private var chosen: [EC2Instance] { wants.flatMap { usable($0).prefix($0.count) } }

  /// What is not as it should be.
  private var late: [String] {
    chosen.filter { $0.state != .running || $0.privateAddress == nil }.map { "\($0.id) (\($0.state))" }
      + wants.filter { missing($0) > 0 }.map { "\(missing($0)) for \($0.role) (not there)" }
  }

  /// Everything wanted runs, and has an address; nothing more can turn up.
  var isDone: Bool {
    doubts.isEmpty && launches.values.allSatisfy { !$0.isUnsettled }
      && wants.allSatisfy { want in
        let machines = usable(want).prefix(want.count)
        return machines.count == want.count && machines.allSatisfy { $0.state == .running && $0.privateAddress != nil }
      }
  }

  /// The machines by role, once it is done.
  var machines: [Role: [EC2Instance]] {
    Dictionary(uniqueKeysWithValues: wants.map { ($0.role, Array(usable($0).prefix($0.count))) })
  }

  /// Whether what the role's last call may have made is waited for.
  func isInDoubt(_ role: Role) -> Bool { doubts[role] != nil }

  /// Machines of the cluster that this fleet has no use for, and that cost all the same.
  var unused: [EC2Instance] {
    let used = Set(chosen.map(\.id))
    return view.alive.filter { !used.contains($0.id) }
  }

  var alive: [EC2Instance] { view.alive }
}
