@testable import CloudUtil

/// One cluster from a roll of dice: its launches, one after the other, on one of two machines each, against an EC2 where all
/// sorts of things go wrong; any launch may be killed at any point. Every promise of `FleetPlan` is checked on the way.
struct FleetPlay {
  enum End {
    case done
    case failed(FleetPlan<TestInstant>.Failure)
    case killed
  }

  typealias Want = FleetPlan<TestInstant>.Want
  typealias Broken = EC2Model.Broken

  var dice: Dice
  var model: EC2Model
  private let pace = CloudPace()
  private(set) var wants: [Want]
  private var zones: [String]
  /// Of each of the two machines.
  private var journals: [[LaunchJournal.Entry]] = [[], []]
  /// Parameters that decide tokens, as a number: another one after an `extend`.
  private var parameters = 0
  private let killRate: Double
  private(set) var ends: [End] = []
  /// Calls of RunInstances.
  private(set) var calls = 0

  /// - Parameter isNoted: whether what happens is written down.
  init(play: Int, isNoted: Bool = false) {
    var dice = Dice(play: play)
    zones = Array(["a", "b", "c"].prefix(dice.int(1...3)))
    wants = ["client", "frontend", "worker"].prefix(dice.int(1...3)).map {
      Want(role: Role($0), count: dice.int(1...4), instanceType: "c5.\($0)")
    }
    let isScarce = dice.chance(0.5)
    let places = zones.map { zone in
      let recovers = dice.chance(0.5) ? dice.seconds(0...200) : nil
      return (zone, EC2Model.Zone(capacity: isScarce ? dice.int(0...6) : 1000, recovers: recovers))
    }
    model = EC2Model(dice: Dice(play: -1 - play), pace: pace, zones: Dictionary(uniqueKeysWithValues: places))
    if dice.chance(0.15) { model.quota = dice.int(0...8) }
    if dice.chance(0.1) { model.groupKnownFrom = dice.chance(0.5) ? dice.seconds(1...25) : .seconds(100_000) }
    model.isNoted = isNoted
    model.refusesUsedTokens = dice.chance(0.5)
    model.deathRate = dice.chance(0.4) ? 0.3 : 0
    model.neverRunsRate = dice.chance(0.05) ? 0.2 : 0
    killRate = dice.chance(0.6) ? 0.15 : 0
    // What is forgotten now and then at any time is more than a launch after another can know.
    model.flaps = killRate == 0 && dice.chance(0.3)
    self.dice = dice
    addEarlierMachines()
  }

  /// Machines that the cluster had before, some of no use.
  private mutating func addEarlierMachines() {
    guard dice.chance(0.4) else { return }
    for (number, want) in wants.enumerated() {
      for index in 0..<dice.int(0...3) {
        var machine = EC2Model.Machine(
          id: "i-old\(number)\(index)", role: want.role.name, type: want.instanceType, zone: dice.one(of: zones),
          born: .seconds(-3600), visibleFrom: .seconds(-3600), runsAt: .seconds(-3500))
        switch dice.int(0...9) {
        case 0: machine.type = "t3.micro"
        case 1: machine.image = "ami-0"
        case 2...4: (machine.isStopped, machine.cannotStart) = (true, dice.chance(0.3))
        case 5: machine.dies = (.seconds(-100), "Client.UserInitiatedShutdown")
        case 6: machine.dies = (dice.seconds(0...100), "Client.UserInitiatedShutdown")
        case 7: machine.runsAt = dice.seconds(0...60)
        default: break
        }
        model.add(machine)
      }
    }
  }

  mutating func run() throws {
    var dead: String?
    var unsettled: Duration?
    for launch in 0..<(killRate > 0 ? dice.int(2...5) : 1) {
      let journal = dice.int(0...1)
      if launch > 0 {
        if dice.chance(0.1) { parameters += 1 }
        if dice.chance(0.2) { for index in wants.indices { wants[index].count = dice.int(1...4) } }
      }
      // As `LeaseDesk` tells it.
      var told = unsettled.map { model.now - $0 < pace.visibility + .seconds(1) ? "" : nil } ?? nil
      if let dead {
        told = told ?? dead
        unsettled = model.now
      }
      let end = try self.launch("process \(launch)", journal: journal, dead: told)
      ends.append(end)
      if case .done = end { dead = nil } else { dead = "process \(launch)" }
      // Short of what settles everything, or long after.
      model.now += dice.chance(0.7) ? dice.seconds(0...10) : dice.seconds(100...4000)
      if case .done = end, dice.chance(0.5) { return }
    }
  }

  private mutating func launch(_ holder: String, journal: Int, dead: String?) throws -> End {
    model.note(
      "\(holder) on machine \(journal), after \(dead ?? "nobody"), wants \(wants.map { "\($0.count) \($0.role)" })")
    let start = model.now
    let present = try model.describe()
    let history = LaunchHistory(journals[journal], present: present, dead: dead) { token($0) }
    let launches = wants.map { want in
      (
        want.role,
        RoleLaunch(
          role: want.role, instanceType: want.instanceType, zones: zones,
          unanswered: history.unanswered.filter { $0.role == want.role.name })
      )
    }
    var plan = FleetPlan<TestInstant>(
      wants, imageID: "ami-1", launches: Dictionary(uniqueKeysWithValues: launches), pace: pace,
      quiet: history.mayHide ? pace.visibility : .zero, now: TestInstant(time: start))
    var watch = Watch(
      start: start, quietUntil: history.mayHide ? start + pace.visibility : start,
      repetitions: history.unanswered.count)
    do {
      try plan.observe(present, now: now)
      while true {
        guard model.now - start < pace.patience + .seconds(60) else { throw Broken(description: "it does not end") }
        try plan.observe(try model.describe(), now: now)
        let steps = try plan.steps(now: now)
        if plan.isDone { break }
        for step in steps {
          guard try carryOut(step, of: &plan, watch: &watch, holder: holder, journal: journal) else { return .killed }
        }
        model.now += pace.poll * Double.random(in: 0.75...1.25, using: &dice)
      }
    } catch let failure as FleetPlan<TestInstant>.Failure {
      model.note("failed: \(failure)")
      try check(failure, watch)
      return .failed(failure)
    }
    model.note("done")
    // A launch has seen all of them run.
    model.settle()
    for want in wants {
      let machines = plan.machines[want.role] ?? []
      guard machines.count == want.count, machines.allSatisfy({ $0.state == .running }) else {
        throw Broken(description: "done without \(want)")
      }
    }
    return .done
  }

  private var now: TestInstant { TestInstant(time: model.now) }
  private func token(_ call: LaunchCall) -> String {
    "\(call.role) \(call.zone) \(call.instanceType) \(call.count) \(call.attempt) \(parameters)"
  }

  /// What a launch has done so far.
  private struct Watch {
    var start: Duration
    var quietUntil: Duration
    /// Calls of launches before that may be made again.
    var repetitions: Int
    var answered: Set<String> = []
    var refusals: [String: Int] = [:]
    var hasMetQuota = false
  }

  /// - Returns: false if the process is killed on the way.
  private mutating func carryOut(
    _ step: FleetPlan<TestInstant>.Step, of plan: inout FleetPlan<TestInstant>, watch: inout Watch, holder: String,
    journal: Int
  ) throws -> Bool {
    if dice.chance(killRate / 3) {
      model.note("killed before \(step)")
      return false
    }
    switch step {
    case .start(let ids):
      do {
        try model.start(ids)
        model.note("started \(ids)")
        if dice.chance(0.1) { throw AWSError.test(.lostReply(.timedOut(url: "u"))) }
      } catch let error as AWSError {
        model.note("\(ids) were refused, or the reply was lost: \(error.kind)")
        try plan.notStarted(ids, error)
      }
      return true
    case .run(let call):
      calls += 1
      try check(call, watch)
      var entry = LaunchJournal.Entry(
        generation: "g", token: token(call), call: call, holder: holder, answer: nil)
      journals[journal].append(entry)
      if dice.chance(killRate / 3) {
        model.note("killed before \(call) is sent")
        return false
      }
      do {
        let before = model.serving(call.role, type: call.instanceType).count
        let count = model.machines.count
        let instances = try model.run(call, token: token(call))
        model.note("\(call) made \(instances.map { "\($0.id) \($0.state)" })")
        let wanted = wants.first { $0.role.name == call.role }?.count ?? 0
        if model.machines.count > count, before + call.count > wanted {
          throw Broken(description: "\(before) machines are there, \(call.count) more were made, \(wanted) are wanted")
        }
        if dice.chance(killRate / 3) {
          model.note("killed before the reply")
          return false
        }
        if killRate > 0, dice.chance(0.03) { throw AWSError.test(.lostReply(.timedOut(url: "u"))) }
        if killRate > 0, dice.chance(0.03) {
          // The reply was lost; then the zone says that it has no room, be that so or not.
          var error = AWSError.test(.capacity, "InsufficientInstanceCapacity")
          error.followsLostReply = true
          throw error
        }
        watch.answered.insert("\(call.role) \(call.zone) \(call.attempt)")
        entry.answer = instances.map(\.id).joined(separator: " ")
        journals[journal].append(entry)
        model.now += dice.seconds(0.1...2)
        try plan.made(call, instances, now: now)
      } catch let error as AWSError {
        model.note("\(call) refused: \(error.kind)")
        if !error.mayHaveHappened {
          entry.answer = error.code ?? "refused"
          journals[journal].append(entry)
        }
        if error.kind == .quota { watch.hasMetQuota = true }
        if error.kind == .capacity { watch.refusals["\(call.role) \(call.zone)", default: 0] += 1 }
        if error.kind != .notFoundYet { watch.answered.insert("\(call.role) \(call.zone) \(call.attempt)") }
        model.now += dice.seconds(0.1...2)
        try plan.refused(call, token: token(call), error, now: now)
      }
      return true
    }
  }

  // MARK: Promises

  private func check(_ call: LaunchCall, _ watch: Watch) throws {
    let breach: String? =
      if model.now < watch.quietUntil {
        "asked while quiet"
      } else if watch.hasMetQuota {
        "asked after the quota was met"
      } else if watch.answered.contains("\(call.role) \(call.zone) \(call.attempt)") {
        "asked twice for one role, zone and attempt"
      } else if watch.refusals["\(call.role) \(call.zone)", default: 0] >= RoleLaunch.rounds + watch.repetitions {
        "a zone was asked more often than there are rounds"
      } else {
        nil
      }
    if let breach { throw Broken(description: "\(breach): \(call)") }
  }

  private func check(_ failure: FleetPlan<TestInstant>.Failure, _ watch: Watch) throws {
    switch failure {
    case .late(let machines):
      guard model.now >= watch.start + pace.patience else { throw Broken(description: "late before the deadline") }
      guard !machines.isEmpty else { throw Broken(description: "late, and nothing is missing") }
      let isOfModel = model.neverRunsRate > 0 || model.flaps
      guard isOfModel else { throw Broken(description: "late, though everything runs or is refused: \(machines)") }
    case .refused(let role, let reasons, .capacity):
      guard !reasons.isEmpty else { throw Broken(description: "refused \(role) without a reason") }
      if model.deathRate == 0 {
        let rounds = zones.map { watch.refusals["\(role) \($0)", default: 0] }
        guard rounds.allSatisfy({ $0 == RoleLaunch.rounds }) || parameters > 0 || killRate > 0 else {
          throw Broken(description: "gave up \(role) after \(rounds) refusals in \(zones)")
        }
      }
    case .refused(let role, let reasons, _):
      guard !reasons.isEmpty else { throw Broken(description: "refused \(role) without a reason") }
    case .ended(let id): throw Broken(description: "nobody has ended \(id), which this launch made")
    case .call(_, let error):
      guard error.kind == .quota || error.kind == .notFoundYet || error.mayHaveHappened else {
        throw Broken(description: "\(error) ended it")
      }
    }
  }
}
