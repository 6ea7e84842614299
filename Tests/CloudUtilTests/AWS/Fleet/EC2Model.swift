@testable import CloudUtil

/// As much of EC2 as a plan of a fleet can meet, in a test's own time: zones with capacity, client tokens, machines that
/// cannot be seen yet, die or are stopped.
struct EC2Model {
  struct Machine {
    var id: String
    var role: String
    var type: String
    var image = "ami-1"
    var zone: String
    var token: String?
    var born: Duration
    /// From then on a question may show it, and from `born` + visibility on every one does.
    var visibleFrom: Duration
    var runsAt: Duration
    var dies: (at: Duration, code: String)?
    /// Stopped, until it is started.
    var isStopped = false
    /// Its zone has no room for it any more; it does not start.
    var cannotStart = false
  }

  struct Zone {
    var capacity: Int
    /// When there is enough.
    var recovers: Duration?
  }

  /// What is asked for did not fit a promise.
  struct Broken: Error, CustomStringConvertible { var description: String }

  var dice: Dice
  var now: Duration = .zero
  let pace: CloudPace
  var zones: [String: Zone]
  /// Machines that the account may have; nil if there are enough.
  var quota: Int?
  /// The group that machines are made in is not known before.
  var groupKnownFrom: Duration = .zero
  /// Whether a token whose machines have all ended is an error; else the reply shows them.
  var refusesUsedTokens = false
  /// Whether what was seen may for a moment not be visible, at any time.
  var flaps = false
  private var seen: Set<String> = []
  /// Of a machine that is made: that it dies before it runs, or never runs.
  var deathRate = 0.0
  var neverRunsRate = 0.0
  private(set) var machines: [Machine] = []
  private var tokens: [String: [String]] = [:]
  private(set) var log: [String] = []

  init(dice: Dice, pace: CloudPace, zones: [String: Zone]) {
    self.dice = dice
    self.pace = pace
    self.zones = zones
  }

  /// Whether what happens is written down.
  var isNoted = false

  mutating func note(_ line: @autoclosure () -> String) {
    if isNoted { log.append("\(now): \(line())") }
  }

  mutating func add(_ machine: Machine) { machines.append(machine) }

  /// Everything can be seen.
  mutating func settle() {
    for place in machines.indices {
      machines[place].visibleFrom = now
      machines[place].born = now - pace.visibility
    }
  }

  func state(_ machine: Machine) -> InstanceState {
    if let dies = machine.dies, now >= dies.at { return now < dies.at + .seconds(5) ? .shuttingDown : .terminated }
    if machine.isStopped { return .stopped }
    return now >= machine.runsAt ? .running : .pending
  }

  /// Those that serve a want now or will, whether or not they can be seen.
  func serving(_ role: String, type: String) -> [Machine] {
    machines.filter {
      $0.role == role && $0.type == type && $0.image == "ami-1" && !state($0).isEnding && !$0.cannotStart
    }
  }

  private func instance(_ machine: Machine) throws -> EC2Instance {
    let reason = machine.dies.map { (code: $0.code, message: "Words.") }
    let state = state(machine)
    return try .test(
      machine.id, role: machine.role, type: machine.type, image: machine.image, zone: machine.zone, state,
      reason: state.isEnding ? reason : nil, tags: machine.token.map { [ClusterTag.token: $0] } ?? [:])
  }

  mutating func describe() throws -> [EC2Instance] {
    var shown: [EC2Instance] = []
    for machine in machines where now >= machine.visibleFrom {
      let isSettled = now >= machine.born + pace.visibility
      if isSettled ? flaps && seen.contains(machine.id) && dice.chance(0.1) : dice.chance(0.3) { continue }
      seen.insert(machine.id)
      shown.append(try instance(machine))
    }
    return shown.shuffled(using: &dice)
  }

  mutating func run(_ call: LaunchCall, token: String) throws -> [EC2Instance] {
    guard now >= groupKnownFrom else { throw AWSError.test(.notFoundYet, "InvalidGroup.NotFound") }
    if let made = tokens[token] {
      let machines = machines.filter { made.contains($0.id) }
      if refusesUsedTokens, machines.allSatisfy({ state($0).isEnding }) { throw AWSError.test(.tokenTerminated) }
      return try machines.map(instance)
    }
    guard var zone = zones[call.zone] else { throw AWSError.test(.missing(.zone)) }
    let isRecovered = zone.recovers.map { now >= $0 } ?? false
    guard isRecovered || zone.capacity >= call.count else {
      throw AWSError.test(.capacity, "InsufficientInstanceCapacity")
    }
    if let quota, machines.count(where: { !state($0).isEnding }) + call.count > quota {
      throw AWSError.test(.quota, "VcpuLimitExceeded")
    }
    zone.capacity -= call.count
    zones[call.zone] = zone
    var made: [Machine] = []
    for _ in 0..<call.count {
      var machine = Machine(
        id: "i-\(machines.count + made.count)", role: call.role, type: call.instanceType, zone: call.zone,
        token: token, born: now, visibleFrom: now, runsAt: now + dice.seconds(1...60))
      if dice.chance(0.5) { machine.visibleFrom += dice.seconds(0...1) * (pace.visibility / .seconds(1)) }
      if dice.chance(deathRate) {
        let codes = [
          "Server.InternalError", "Client.InternalError", "Server.InsufficientInstanceCapacity",
          "Client.VolumeLimitExceeded",
        ]
        // EC2 may say so in the reply itself.
        machine.dies = (now + (dice.chance(0.2) ? .zero : dice.seconds(0...20)), dice.one(of: codes))
        machine.runsAt += .seconds(3600)
      } else if dice.chance(neverRunsRate) {
        machine.runsAt += .seconds(3600)
      }
      made.append(machine)
    }
    machines += made
    tokens[token] = made.map(\.id)
    return try made.map(instance)
  }

  mutating func start(_ ids: [String]) throws {
    let places = machines.indices.filter { ids.contains(machines[$0].id) }
    // As in EC2, one that cannot be started fails the call, for all.
    if places.contains(where: { machines[$0].cannotStart }) {
      throw dice.chance(0.5) ? AWSError.test(.capacity) : .test(.incorrectState)
    }
    for place in places where machines[place].isStopped {
      machines[place].isStopped = false
      machines[place].runsAt = now + dice.seconds(1...30)
    }
  }
}
