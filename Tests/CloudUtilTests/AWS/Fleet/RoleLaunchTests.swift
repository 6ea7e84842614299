import Testing

@testable import CloudUtil

@Suite struct RoleLaunchTests {
  private static let capacity = AWSError.test(.capacity, "InsufficientInstanceCapacity")

  private func launch(_ zones: [String] = ["a", "b"], unanswered: [LaunchCall] = []) -> RoleLaunch {
    RoleLaunch(role: Role("worker"), instanceType: "c5.xlarge", zones: zones, unanswered: unanswered)
  }

  private func call(_ zone: String, _ count: Int, attempt: Int = 0) -> LaunchCall {
    LaunchCall(role: "worker", zone: zone, instanceType: "c5.xlarge", count: count, attempt: attempt)
  }

  @Test("A zone without capacity is left for the next, all zones are asked three times, with a pause between")
  func rounds() throws {
    var launch = launch()
    var verdicts: [RoleLaunch.Verdict] = []
    var calls: [LaunchCall] = []
    while verdicts.last != .giveUp {
      let call = try #require(launch.call(missing: 2))
      calls.append(call)
      verdicts.append(launch.refused(call, RoleLaunchTests.capacity))
    }
    #expect(verdicts == [.goOn, .pause, .goOn, .pause, .goOn, .giveUp])
    #expect(calls == (0..<3).flatMap { [call("a", 2, attempt: $0), call("b", 2, attempt: $0)] })
    #expect(launch.refusals.keys.sorted() == ["a", "b"])
    #expect(launch.refusals["a"] == RoleLaunchTests.capacity.description)
  }

  @Test("What is not known yet is asked for again, the same; what does not depend on zones ends it")
  func conducts() throws {
    var launch = launch()
    let first = try #require(launch.call(missing: 1))
    for kind in [AWSError.Kind.notFoundYet, .missing(.key)] {
      #expect(launch.refused(first, .test(kind)) == .again)
      #expect(launch.call(missing: 1) == first)
    }
    for kind in [AWSError.Kind.quota, .permission, .parameter, .account, .missing(.image), .malformedReply, .other] {
      #expect(launch.refused(first, .test(kind)) == .giveUp)
    }
    #expect(launch.refused(first, .test(.missing(.zone))) == .goOn)
    #expect(launch.call(missing: 1)?.zone == "b")
  }

  @Test("A token that was answered, or whose machines are gone, is never used again")
  func tokens() throws {
    var launch = launch()
    let first = try #require(launch.call(missing: 3))
    #expect(launch.made(first) == .goOn)
    let second = try #require(launch.call(missing: 3))
    #expect(second == call("a", 3, attempt: 1))
    #expect(launch.refused(second, .test(.tokenTerminated)) == .goOn)
    #expect(launch.call(missing: 1) == call("a", 1, attempt: 2))
    var verdict = RoleLaunch.Verdict.goOn
    var asked = 0
    while verdict == .goOn {
      verdict = launch.refused(try #require(launch.call(missing: 1)), .test(.tokenTerminated))
      asked += 1
    }
    #expect(verdict == .giveUp && asked < 50)
  }

  @Test(
    "Machines of the third call that die for their own reasons end it; one that dies for quota at once, with the reason"
  )
  func deaths() throws {
    var launch = launch(["a"])
    for attempt in 0..<3 {
      let call = try #require(launch.call(missing: 2))
      #expect(launch.made(call) == .goOn)
      for machine in 0..<2 {
        let verdict = launch.died(call, kind: .other, because: "i-\(attempt)\(machine) broke")
        #expect(verdict == (attempt < 2 ? .goOn : .giveUp))
      }
    }
    #expect(launch.refusals == ["a": "i-21 broke"])
    var other = self.launch()
    let first = try #require(other.call(missing: 2))
    #expect(other.died(first, kind: .quota, because: "too many volumes") == .giveUp)
    #expect(other.refusals == ["a": "too many volumes"])
  }

  @Test("Machines of one call that die together for want of capacity count as one refusal of their zone")
  func capacityDeaths() throws {
    var launch = launch(["a"])
    for round in 1...3 {
      let call = try #require(launch.call(missing: 4))
      #expect(launch.made(call) == .goOn)
      let verdicts = (0..<4).map { _ in launch.died(call, kind: .capacity, because: "no room") }
      #expect(verdicts == [round < 3 ? .pause : .giveUp, .goOn, .goOn, .goOn])
    }
    var two = self.launch()
    let first = try #require(two.call(missing: 2))
    #expect(two.died(first, kind: .capacity, because: "no room") == .goOn)
    #expect(two.call(missing: 2)?.zone == "b")
  }

  @Test("A call without an answer comes first where its machines are missing, with its own token")
  func repetition() throws {
    let old = call("b", 2, attempt: 4)
    var launch = launch(unanswered: [old])
    #expect(launch.isUnsettled)
    #expect(launch.call(missing: 3) == old)
    #expect(launch.made(old) == .goOn)
    #expect(!launch.isUnsettled)
    #expect(launch.call(missing: 1) == call("a", 1))
    var refused = self.launch(unanswered: [old])
    #expect(refused.refused(old, RoleLaunchTests.capacity) == .goOn)
    #expect(!refused.isUnsettled)
  }

  @Test("A call without an answer that would make more than is missing, or another type, is only waited for")
  func tooMany() throws {
    var other = call("a", 1)
    other.instanceType = "c5.large"
    for old in [call("a", 2), other] {
      var launch = launch(unanswered: [old])
      #expect(launch.call(missing: 1) == nil && launch.isUnsettled)
      launch.settle()
      #expect(!launch.isUnsettled)
      #expect(launch.call(missing: 1) == call("a", 1, attempt: 1))
    }
  }
}
