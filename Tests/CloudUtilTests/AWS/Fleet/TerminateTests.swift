import Synchronization
import Testing

@testable import CloudUtil

@Suite struct TerminateTests {
  private struct Unexpected: Error {}

  private static let tags = [ClusterTag.experiment: "exp", ClusterTag.cluster: "main"]

  /// With a record and so many machines.
  private func fill(_ server: GroupServer, machines: Int) {
    server.change { region in
      _ = region.add("run_exp/exp/main", ClusterRecord.test().tags.merging([ClusterTag.image: "ami-1"]) { $1 })
      for number in 0..<machines { region.machines["i-\(1000 + number)"] = TerminateTests.tags }
    }
  }

  @Test("What carries other tags is not touched, even where the answer to the question shows it")
  func others() async throws {
    let server = GroupServer()
    fill(server, machines: 2)
    let foreign = [ClusterTag.experiment: "exp", ClusterTag.cluster: "main2"]
    server.change { region in
      region.machines["i-9"] = foreign
      region.machines["i-8"] = [ClusterTag.experiment: "*", ClusterTag.cluster: "*"]
      _ = region.add("run_exp/exp/main2", foreign)
    }
    #expect(try await server.provider().terminate(.test).changes.map(\.instanceID) == ["i-1000", "i-1001"])
    #expect(server.machines == ["i-8", "i-9"] && server.groups.map(\.name) == ["run_exp/exp/main2"])
    #expect(try await server.provider().clusters().map(\.id.name) == ["main2"])
  }

  @Test("Machines in batches, then the key, then the groups, the record last; nothing is left, not even of the asking")
  func everything() async throws {
    let server = GroupServer()
    fill(server, machines: 250)
    let changes = try await server.provider().terminate(.test).changes
    #expect(changes.count == 250 && changes.map(\.instanceID) == changes.map(\.instanceID).sorted())
    #expect(changes.allSatisfy { $0.previous == .running && $0.current == .shuttingDown })
    #expect(server.machines.isEmpty && server.groups.isEmpty)
    let calls = server.calls.filter { !$0.hasPrefix("Describe") }
    #expect(calls.filter { $0 == "TerminateInstances" }.count == 3)
    let rest = calls.filter { $0 != "TerminateInstances" }
    #expect(
      rest == [
        "DeleteKeyPair run_exp/exp/main", "CreateSecurityGroup run_exp/exp/main/lease", "DeleteSecurityGroup sg-2",
        "DeleteSecurityGroup sg-1", "DeleteKeyPair run_exp/exp/main",
      ])
    // The last look is one after the last group has gone.
    let gone = try #require(server.calls.lastIndex(of: "DeleteSecurityGroup sg-1"))
    #expect(server.calls[gone...].contains("DescribeInstances"))
    #expect(server.calls[gone...].contains("DescribeSecurityGroups"))
  }

  @Test("Twice is fine: where nothing is, nothing is ended")
  func twice() async throws {
    let server = GroupServer()
    for _ in 0..<2 {
      let end = try await server.provider().terminate(.test)
      #expect(end.changes.isEmpty && !end.hasSeenAny)
    }
    #expect(server.groups.isEmpty)
  }

  @Test("Unknown ids do not save the others, whether the reply names them or not")
  func unknownID() async throws {
    for named in [true, false] {
      let forgotten = Mutex<Set<String>>(["i-1003", "i-1050"])
      let server = GroupServer { action, form, region in
        guard action == "TerminateInstances" else { return nil }
        let ids = GroupServer.list(form, "InstanceId")
        let unknown = forgotten.withLock { $0.intersection(ids) }
        guard let first = unknown.sorted().first else { return nil }
        // EC2 has forgotten it: the next look does not show it.
        if ids.count == 1 || named { region.machines[first] = nil }
        return named
          ? "InvalidInstanceID.NotFound:The instance ID '\(first)' does not exist" : "InvalidInstanceID.NotFound"
      }
      fill(server, machines: 60)
      #expect(try await server.provider().terminate(.test).changes.count == 58)
      #expect(server.machines.isEmpty && server.groups.isEmpty)
    }
  }

  @Test("A group that machines still use is tried again")
  func dependency() async throws {
    let tries = Mutex(0)
    let server = GroupServer { action, form, _ in
      guard action == "DeleteSecurityGroup", form["GroupId"] == "sg-1" else { return nil }
      return tries.withLock { count in
        count += 1
        return count < 4 ? "DependencyViolation" : nil
      }
    }
    fill(server, machines: 1)
    #expect(try await server.provider().terminate(.test).changes.count == 1)
    #expect(server.groups.isEmpty && tries.withLock(\.self) == 4)
  }

  @Test(
    "What is waited for is told now and then, with why; a group that is used for ever is an error that says by what")
  func usedForEver() async throws {
    let server = GroupServer { action, form, _ in
      action == "DeleteSecurityGroup" && form["GroupId"] == "sg-1" ? "DependencyViolation:eni-7 uses it" : nil
    }
    fill(server, machines: 0)
    let told = Mutex<[String]>([])
    let provider = server.provider { line in told.withLock { $0.append(line) } }
    let failure = await #expect(throws: FleetFailure.self) { _ = try await provider.terminate(.test) }
    guard case .late(let left) = failure?.reason else { throw Unexpected() }
    #expect(left.count == 1 && left[0].hasPrefix("sg-1 (DeleteSecurityGroup: DependencyViolation: eni-7 uses it"))
    #expect(left[0].contains("(request "))
    #expect(told.withLock(\.self).contains("exp/main: still waiting for \(left[0])"))
  }

  @Test("Who asks hears of every machine that was ended, though another cannot be")
  func protected() async throws {
    let server = GroupServer { action, form, _ in
      let isAbout = GroupServer.list(form, "InstanceId").contains("i-1001")
      return action == "TerminateInstances" && isAbout ? "OperationNotPermitted" : nil
    }
    fill(server, machines: 3)
    let ended = Mutex<[StateChange]>([])
    await #expect(throws: FleetFailure.self) {
      _ = try await server.provider().terminate(.test) { changes in ended.withLock { $0 += changes } }
    }
    #expect(ended.withLock { Set($0.map(\.instanceID)) } == ["i-1000", "i-1002"])
    #expect(server.machines == ["i-1001"])
  }

  @Test("A name that a terminate held when it was killed is told for what it is")
  func afterTerminate() async throws {
    let server = GroupServer()
    fill(server, machines: 0)
    server.change { region in _ = region.add("run_exp/exp/main/lease", TerminateTests.tags) }
    let told = Mutex<[String]>([])
    _ = try await server.provider { line in told.withLock { $0.append(line) } }.terminate(.test)
    #expect(server.groups.isEmpty)
    let lines = told.withLock(\.self)
    #expect(lines.contains { $0.hasPrefix("a terminate of cluster exp/main was cut short") }, "\(lines)")
    #expect(!lines.contains { $0.contains("launch") })
  }

  @Test("What a launch that died may have made is waited for, found and ended")
  func afterDeath() async throws {
    let looks = Mutex(0)
    let server = GroupServer { action, _, region in
      guard action == "DescribeInstances" else { return nil }
      let count = looks.withLock { count in
        count += 1
        return count
      }
      if count == 6 { region.machines["i-9"] = TerminateTests.tags }
      return nil
    }
    fill(server, machines: 1)
    server.change { region in
      _ = region.add("run_exp/exp/main/lease", TerminateTests.tags.merging([ClusterTag.holder: "7.7@there"]) { $1 })
    }
    var pace = GroupServer.pace
    pace.visibility = .seconds(1)
    let told = Mutex<[String]>([])
    let provider = server.provider(pace: pace) { line in told.withLock { $0.append(line) } }
    #expect(try await provider.terminate(.test).changes.map(\.instanceID) == ["i-1000", "i-9"])
    #expect(server.machines.isEmpty && server.groups.isEmpty)
    #expect(told.withLock(\.self).contains { $0.contains("died at work") })
  }

  @Test("Who may not ask for groups ends the machines all the same, which cost")
  func noGroups() async throws {
    let server = GroupServer { action, _, _ in action == "DescribeSecurityGroups" ? "UnauthorizedOperation" : nil }
    fill(server, machines: 2)
    await #expect(throws: FleetFailure.self) { try await server.provider().terminate(.test) }
    #expect(server.machines.isEmpty)
  }

  @Test("Who may not make groups can end everything all the same")
  func permission() async throws {
    let server = GroupServer { action, _, _ in action == "CreateSecurityGroup" ? "UnauthorizedOperation" : nil }
    fill(server, machines: 2)
    #expect(try await server.provider().terminate(.test).changes.count == 2)
    #expect(server.machines.isEmpty && server.groups.isEmpty)
  }

  @Test("Machines that will not end are an error that tells which and that they cost")
  func late() async throws {
    let server = GroupServer { action, _, _ in action == "TerminateInstances" ? "InvalidInstanceID.NotFound" : nil }
    fill(server, machines: 1)
    let failure = await #expect(throws: FleetFailure.self) { _ = try await server.provider().terminate(.test) }
    guard case .late(let left) = failure?.reason else { throw Unexpected() }
    #expect(left == ["i-1000 (running)", "sg-1"] && failure?.alive?.map(\.id) == ["i-1000"])
  }
}
