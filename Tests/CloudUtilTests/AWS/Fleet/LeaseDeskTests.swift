import Synchronization
import Testing

@testable import CloudUtil

@Suite struct LeaseDeskTests {
  private static let name = "run_exp/exp/main/lease"
  private struct Failing: Error {}

  private func desk(_ server: GroupServer, unsettled: UTCTime? = nil) -> LeaseDesk {
    let id = server.change { $0.add("run_exp/exp/main") }
    let record = ClusterRecord.test {
      $0.groupID = id
      $0.unsettled = unsettled
    }
    return LeaseDesk(client: server.client, record: record, owner: "ada@laptop", pace: GroupServer.pace) { _ in }
  }

  private func add(_ server: GroupServer, holder: String, renewed: UTCTime = .now) -> String {
    server.change {
      $0.add(
        LeaseDeskTests.name,
        [ClusterTag.holder: holder, ClusterTag.renewed: renewed.iso8601, ClusterTag.owner: "bob@desk"])
    }
  }

  @Test("A lease that nobody has is taken for the work, tagged with who has it, and given back")
  func free() async throws {
    let server = GroupServer()
    let lease = try await desk(server).hold { lease in
      #expect(lease.dead == nil)
      return server.groups.first { $0.name == LeaseDeskTests.name }
    }
    let tags = try #require(lease).tags
    #expect(tags[ClusterTag.holder] == RunOwner.current?.description)
    #expect(tags[ClusterTag.owner] == "ada@laptop" && tags[ClusterTag.cluster] == "main" && tags["EXP_ID"] == "exp")
    #expect(server.groups.map(\.name) == ["run_exp/exp/main"])
    #expect(server.calls.count == 2)
  }

  @Test("Another launch at work is not disturbed: the user is told whose it is")
  func busy() async throws {
    let server = GroupServer()
    let id = add(server, holder: "7.7@there")
    let failure = await #expect(throws: FleetFailure.self) {
      try await desk(server).hold { _ in Issue.record("worked") }
    }
    guard case .busy("bob@desk", "7.7@there", _) = failure?.reason else { throw Failing() }
    #expect(server.groups.contains { $0.id == id })
    #expect(server.calls == ["CreateSecurityGroup \(LeaseDeskTests.name)", "DescribeSecurityGroups"])
  }

  @Test("After a launch that died or gave up the record says so first, and the work is told whose it was")
  func dead() async throws {
    let old = UTCTime.now + .seconds(-600)
    for holder in ["7.7@there", Lease.givenUp + "7.7@there"] {
      let server = GroupServer()
      let desk = desk(server)
      let id = add(server, holder: holder, renewed: old)
      #expect(try await desk.hold(\.dead) == "7.7@there")
      let create = "CreateSecurityGroup \(LeaseDeskTests.name)"
      let order = ["CreateTags sg-1", "DeleteSecurityGroup \(id)", create]
      #expect(server.calls.filter(order.contains) == [create] + order)
      #expect(server.groups.first?.tags[ClusterTag.unsettled] != nil && server.groups.count == 1)
    }
  }

  @Test("A death that another launch has just found still counts, and whose it was is not known")
  func unsettled() async throws {
    #expect(try await desk(GroupServer(), unsettled: .now).hold(\.dead) == "")
    #expect(try await desk(GroupServer(), unsettled: .now + .seconds(-3600)).hold(\.dead) == nil)
  }

  @Test("A lease that a lost reply had made is found to be one's own; one that somebody else made is respected")
  func lostReply() async throws {
    let own = try #require(RunOwner.current).description
    for (holder, isOwn) in [(own, true), ("7.7@there", false)] {
      let server = GroupServer { action, _, region in
        guard action == "CreateSecurityGroup", region.groups.count == 1 else { return nil }
        _ = region.add(LeaseDeskTests.name, [ClusterTag.holder: holder, ClusterTag.renewed: UTCTime.now.iso8601])
        return nil
      }
      let result = try? await desk(server).hold { _ in true }
      #expect(result == (isOwn ? true : nil))
      #expect(server.groups.count == (isOwn ? 1 : 2))
    }
  }

  @Test("A lease whose work fails stays, and says that its launch gave up")
  func failing() async throws {
    let server = GroupServer()
    await #expect(throws: Failing.self) { try await desk(server).hold { _ in throw Failing() } }
    let lease = try #require(server.groups.first { $0.name == LeaseDeskTests.name })
    #expect(lease.tags[ClusterTag.holder] == Lease.givenUp + (RunOwner.current?.description ?? "-"))
    // The same process may try again.
    #expect(try await desk(server).hold(\.dead) == RunOwner.current?.description)
  }

  @Test("Work is ended when its lease is deleted; the cluster was terminated if its record is gone, too")
  func deleted() async throws {
    for isTerminated in [true, false] {
      let server = GroupServer()
      let failure = await #expect(throws: FleetFailure.self) {
        try await desk(server).hold { _ in
          server.change { $0.groups.removeAll { isTerminated || $0.name == LeaseDeskTests.name } }
          try await Task.sleep(for: .seconds(60))
        }
      }
      switch (failure?.reason, isTerminated) {
      case (.terminated, true): break
      case (.leaseLost(let error), false): #expect(error.code == "InvalidGroup.NotFound" && error.requestID != nil)
      default: throw Failing()
      }
    }
  }

  @Test("What is not known while the record is there is what it is, and the lease stays")
  func notKnown() async throws {
    let server = GroupServer()
    let error = AWSError.test(.notFoundYet, "InvalidSnapshot.NotFound")
    let failure = await #expect(throws: FleetFailure.self) {
      try await desk(server).hold { _ in throw FleetFailure(.call(error), cluster: .test) }
    }
    guard case .call(error) = failure?.reason else { throw Failing() }
    #expect(server.groups.map(\.name) == ["run_exp/exp/main", LeaseDeskTests.name])
  }

  @Test("A lease is renewed as long as the work takes")
  func renewal() async throws {
    let server = GroupServer()
    try await desk(server).hold { _ in
      try await eventually("it is renewed") { server.calls.count { $0 == "CreateTags sg-2" } > 2 }
    }
    #expect(server.groups.count == 1)
  }

  @Test("A launch that gave no sign of life for long finds out that its lease is another's before it does anything")
  func asleep() async throws {
    for isTaken in [true, false] {
      let server = GroupServer()
      var pace = GroupServer.pace
      // As of a machine that slept for as long.
      (pace.renewal, pace.leaseLife) = (.seconds(1000), .milliseconds(20))
      var desk = desk(server)
      desk = LeaseDesk(client: desk.client, record: desk.record, owner: desk.owner, pace: pace) { _ in }
      let worked = Mutex(false)
      let held: @Sendable (HeldLease) async throws -> Void = { lease in
        try await Task.sleep(for: .milliseconds(20))
        if isTaken { server.change { $0.groups.removeAll { $0.name == LeaseDeskTests.name } } }
        try await lease.check()
        worked.withLock { $0 = true }
      }
      if isTaken {
        let failure = await #expect(throws: FleetFailure.self) { try await desk.hold(held) }
        guard case .leaseLost = failure?.reason else { throw Failing() }
      } else {
        try await desk.hold(held)
      }
      #expect(worked.withLock(\.self) == !isTaken)
    }
  }
}
