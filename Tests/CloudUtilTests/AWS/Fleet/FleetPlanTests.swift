import Testing

@testable import CloudUtil

@Suite struct FleetPlanTests {
  private typealias Plan = FleetPlan<TestInstant>

  private static let pace = CloudPace()

  private func at(_ seconds: Double) -> TestInstant { TestInstant(time: .seconds(seconds)) }

  private func plan(_ count: Int, zones: [String] = ["a", "b"], quiet: Duration = .zero) -> Plan {
    let launch = RoleLaunch(role: Role("worker"), instanceType: "c5.xlarge", zones: zones)
    return Plan(
      [.init(role: Role("worker"), count: count, instanceType: "c5.xlarge")], imageID: "ami-1",
      launches: [Role("worker"): launch], pace: FleetPlanTests.pace, quiet: quiet, now: at(0))
  }

  private func call(_ count: Int, zone: String = "a", attempt: Int = 0) -> LaunchCall {
    LaunchCall(role: "worker", zone: zone, instanceType: "c5.xlarge", count: count, attempt: attempt)
  }

  @Test("Running machines are used, stopped ones started, and only what is missing is asked for")
  func reuse() throws {
    var plan = plan(4)
    try plan.observe(
      [
        .test("i-1"), .test("i-2", .stopped), .test("i-3", type: "t3.micro"), .test("i-4", image: "ami-0"),
        .test("i-5", role: "client"), .test("i-6", .terminated), .test("i-7", .pending),
      ], now: at(0))
    #expect(try plan.steps(now: at(0)) == [.start(["i-2"]), .run(call(1))])
    // It is asked for once.
    #expect(try plan.steps(now: at(0)) == [.run(call(1))])
    #expect(plan.unused.map(\.id).sorted() == ["i-3", "i-4", "i-5"])
  }

  @Test("Running machines come before those on their way, and those before stopped ones, which are left alone")
  func order() throws {
    var plan = plan(2)
    try plan.observe([.test("i-1", .stopped), .test("i-2", .pending), .test("i-3")], now: at(0))
    #expect(try plan.steps(now: at(0)).isEmpty)
    try plan.observe([.test("i-2")], now: at(1))
    #expect(plan.isDone)
    #expect(plan.machines[Role("worker")]?.map(\.id) == ["i-2", "i-3"])
    #expect(plan.unused.map(\.id) == ["i-1"])
  }

  @Test("A machine that runs but has no address yet is waited for")
  func address() throws {
    var plan = plan(1)
    var machine = try EC2Instance.test("i-1")
    machine.privateAddress = nil
    try plan.observe([machine], now: at(0))
    #expect(!plan.isDone)
    #expect(try plan.steps(now: at(0)).isEmpty)
  }

  @Test("What was made counts while it cannot be seen, for as long as EC2 may not tell of it")
  func invisible() throws {
    var plan = plan(1)
    try plan.observe([], now: at(0))
    try plan.made(call(1), [.test("i-1", .pending)], now: at(1))
    try plan.observe([], now: at(170))
    #expect(try plan.steps(now: at(170)).isEmpty)
    try plan.observe([], now: at(182))
    #expect(try plan.steps(now: at(182)) == [.run(call(1, attempt: 1))])
  }

  @Test("A reply that repeats what a used token made then makes nothing, and nobody is said to have ended it now")
  func repeated() throws {
    var plan = plan(1)
    try plan.observe([.test("i-1", .terminated)], now: at(0))
    #expect(try plan.steps(now: at(0)) == [.run(call(1))])
    try plan.made(call(1), [.test("i-1", .pending)], now: at(1))
    var ended = try EC2Instance.test("i-1", .terminated)
    ended.stateReason = EC2Instance.StateReason(code: "Client.UserInitiatedShutdown", message: "by somebody")
    try plan.observe([ended], now: at(2))
    #expect(try plan.steps(now: at(2)) == [.run(call(1, attempt: 1))])
  }

  @Test("Nothing is asked for while what a launch before made may be hidden; stopped machines are started")
  func quiet() throws {
    var plan = plan(2, quiet: FleetPlanTests.pace.visibility)
    try plan.observe([.test("i-1", .stopped)], now: at(0))
    #expect(try plan.steps(now: at(0)) == [.start(["i-1"])])
    #expect(try plan.steps(now: at(29)).isEmpty)
    #expect(try plan.steps(now: at(30)) == [.run(call(1))])
  }

  @Test("Stopped machines that cannot start are replaced, and used if they run all the same")
  func cannotStart() throws {
    var plan = plan(2)
    try plan.observe([.test("i-1", .stopped), .test("i-2", .stopped)], now: at(0))
    #expect(try plan.steps(now: at(0)) == [.start(["i-1", "i-2"])])
    // One of them may have kept the other from it.
    try plan.notStarted(["i-1", "i-2"], .test(.capacity))
    #expect(try plan.steps(now: at(1)) == [.start(["i-1"]), .start(["i-2"])])
    try plan.notStarted(["i-1"], .test(.capacity))
    try plan.notStarted(["i-2"], .test(.incorrectState))
    #expect(try plan.steps(now: at(1)) == [.run(call(2))])
    try plan.observe([.test("i-1", .pending), .test("i-2", .stopped)], now: at(2))
    #expect(try plan.steps(now: at(2)) == [.run(call(1))])
  }

  @Test("Of stopped machines that were refused together, those that start alone are used")
  func someStart() throws {
    for kind in [AWSError.Kind.capacity, .incorrectState] {
      var plan = plan(3)
      try plan.observe((1...3).map { try .test("i-\($0)", .stopped) }, now: at(0))
      try plan.notStarted(started(plan.steps(now: at(0))), .test(kind))
      #expect(try started(plan.steps(now: at(1))) == ["i-1", "i-2", "i-3"])
      try plan.notStarted(["i-2"], .test(kind))
      try plan.observe([.test("i-1", .pending), .test("i-2", .stopped), .test("i-3")], now: at(2))
      #expect(try plan.steps(now: at(2)) == [.run(call(1))])
    }
  }

  private func started(_ steps: [Plan.Step]) -> [String] {
    steps.flatMap { step -> [String] in
      guard case .start(let ids) = step else { return [] }
      return ids
    }
  }

  @Test("A start that is refused for what would keep others from it, too, ends it, and no other machine is asked for")
  func startRefused() throws {
    for kind in [AWSError.Kind.permission, .authentication, .account, .quota, .expiredCredentials, .parameter, .other] {
      var plan = plan(2)
      try plan.observe([.test("i-1", .stopped), .test("i-2", .stopped)], now: at(0))
      let error = AWSError(kind: kind, action: "StartInstances", code: "Code", message: "Words.")
      #expect(throws: Plan.Failure.call(Role("worker"), error)) { try plan.notStarted(["i-1", "i-2"], error) }
    }
  }

  @Test("A start whose reply was lost is tried again where the machine is still stopped")
  func lostStart() throws {
    var plan = plan(2)
    try plan.observe([.test("i-1", .stopped), .test("i-2", .stopped)], now: at(0))
    #expect(try plan.steps(now: at(0)) == [.start(["i-1", "i-2"])])
    try plan.notStarted(["i-1", "i-2"], .test(.lostReply(.timedOut(url: "u"))))
    try plan.observe([.test("i-1", .pending), .test("i-2", .stopped)], now: at(2))
    #expect(try plan.steps(now: at(2)) == [.start(["i-2"])])
  }

  @Test("A token that answers with stopped machines that cannot start is not asked again")
  func answersWithKnown() throws {
    var plan = plan(1)
    try plan.observe([.test("i-1", .stopped)], now: at(0))
    _ = try plan.steps(now: at(0))
    try plan.notStarted(["i-1"], .test(.capacity))
    #expect(try plan.steps(now: at(1)) == [.run(call(1))])
    try plan.made(call(1), [.test("i-1", .stopped)], now: at(1))
    #expect(try plan.steps(now: at(2)) == [.run(call(1, attempt: 1))])
  }

  @Test("After a zone without capacity comes the next, at once; after all of them a pause")
  func capacity() throws {
    var plan = plan(1)
    let none = AWSError.test(.capacity, "InsufficientInstanceCapacity")
    try plan.observe([], now: at(0))
    try plan.refused(call(1), token: "t", none, now: at(0))
    #expect(try plan.steps(now: at(0)) == [.run(call(1, zone: "b"))])
    try plan.refused(call(1, zone: "b"), token: "t", none, now: at(1))
    #expect(try plan.steps(now: at(30)).isEmpty)
    #expect(try plan.steps(now: at(31)) == [.run(call(1, attempt: 1))])
  }

  @Test("No capacity in any zone ends as that, with the reason of each zone; so do zones that do not exist")
  func noCapacity() throws {
    for kind in [AWSError.Kind.capacity, .missing(.zone)] {
      var plan = plan(1)
      let failure = #expect(throws: Plan.Failure.self) {
        for second in stride(from: 0.0, to: 900, by: 31) {
          for case .run(let call) in try plan.steps(now: at(second)) {
            try plan.refused(call, token: "t", .test(kind), now: at(second))
          }
        }
      }
      let words = AWSError.test(kind).description
      #expect(failure == .refused(Role("worker"), ["a": words, "b": words], kind))
    }
  }

  @Test("A zone's refusal after a try without an answer is believed once what that has made would be visible")
  func doubt() throws {
    var none = AWSError.test(.capacity, "InsufficientInstanceCapacity")
    none.followsLostReply = true
    let tags = [ClusterTag.token: "t"]
    var plan = plan(2)
    try plan.refused(call(2), token: "t", none, now: at(1))
    #expect(plan.isInDoubt(Role("worker")))
    #expect(try plan.steps(now: at(30)).isEmpty && !plan.isDone)
    // One of two.
    try plan.observe([.test("i-1", tags: tags)], now: at(30))
    var late = plan
    #expect(try late.steps(now: at(31)) == [.run(call(1, zone: "b"))])
    try plan.observe([.test("i-1", tags: tags), .test("i-2", tags: tags)], now: at(30))
    #expect(try plan.steps(now: at(30)).isEmpty && plan.isDone)
  }

  @Test("So is the refusal of a call of a launch before that had no answer, and other machines do not end the waiting")
  func doubtOfEarlier() throws {
    let launch = RoleLaunch(
      role: Role("worker"), instanceType: "c5.xlarge", zones: ["a", "b"], unanswered: [call(1)])
    var plan = Plan(
      [.init(role: Role("worker"), count: 1, instanceType: "c5.xlarge")], imageID: "ami-1",
      launches: [Role("worker"): launch], pace: FleetPlanTests.pace, quiet: .zero, now: at(0))
    #expect(try plan.steps(now: at(0)) == [.run(call(1))])
    try plan.refused(call(1), token: "t", .test(.capacity), now: at(10))
    try plan.observe([.test("i-1")], now: at(11))
    #expect(try plan.steps(now: at(39)).isEmpty && !plan.isDone)
    #expect(try plan.steps(now: at(40)).isEmpty && plan.isDone)
  }

  @Test("Once somebody terminates a machine that this launch has made, no other is asked for")
  func ended() throws {
    var plan = plan(2)
    let calls = try plan.steps(now: at(0))
    #expect(calls == [.run(call(2))])
    try plan.made(call(2), [.test("i-1", .pending), .test("i-2", .pending)], now: at(1))
    let gone = try EC2Instance.test(
      "i-1", .shuttingDown, reason: (code: "Client.UserInitiatedShutdown", message: "User initiated"))
    #expect(throws: Plan.Failure.ended("i-1")) { try plan.observe([gone], now: at(2)) }
  }

  @Test("A quota ends it at once, whether a call or a machine that died of it says so")
  func quota() throws {
    var plan = plan(1)
    let error = AWSError.test(.quota, "VcpuLimitExceeded")
    #expect(throws: Plan.Failure.call(Role("worker"), error)) {
      try plan.refused(call(1), token: "t", error, now: at(0))
    }
    var other = self.plan(1)
    try other.made(call(1), [.test("i-1", .pending)], now: at(0))
    let reason = (code: "Client.VolumeLimitExceeded", message: "Too many.")
    let words = "i-1 ended before it ran: Client.VolumeLimitExceeded: Too many."
    #expect(throws: Plan.Failure.refused(Role("worker"), ["a": words], .quota)) {
      try other.observe([.test("i-1", .terminated, reason: reason)], now: at(1))
    }
  }

  @Test("What stays unknown is asked again until it should be known, then taken as removed")
  func unknown() throws {
    var plan = plan(1)
    let error = AWSError.test(.notFoundYet, "InvalidGroup.NotFound")
    try plan.refused(call(1), token: "t", error, now: at(5))
    #expect(try plan.steps(now: at(5)) == [.run(call(1))])
    try plan.refused(call(1), token: "t", error, now: at(34))
    #expect(throws: Plan.Failure.call(Role("worker"), error)) {
      try plan.refused(call(1), token: "t", error, now: at(35))
    }
  }

  @Test("A death is counted once, however often it is seen, and a dead machine does not come back")
  func death() throws {
    var plan = plan(1)
    try plan.made(call(1), [.test("i-1", .pending)], now: at(0))
    for second in 1...3 { try plan.observe([.test("i-1", .shuttingDown)], now: at(Double(second))) }
    #expect(try plan.steps(now: at(3)) == [.run(call(1, attempt: 1))])
    try plan.made(call(1, attempt: 1), [.test("i-1", .pending)], now: at(4))
    #expect(try plan.steps(now: at(4)) == [.run(call(1, attempt: 2))])
  }

  @Test("At its deadline it tells which machines do not run and how many are not there")
  func late() throws {
    var plan = plan(3)
    try plan.observe([.test("i-1"), .test("i-2", .pending)], now: at(0))
    _ = try plan.steps(now: at(899))
    let left = ["i-2 (pending)", "1 for worker (not there)"]
    #expect(throws: Plan.Failure.late(left)) { try plan.steps(now: at(900)) }
    var done = self.plan(1)
    try done.observe([.test("i-1")], now: at(0))
    #expect(try done.steps(now: at(10_000)).isEmpty)
  }
}
