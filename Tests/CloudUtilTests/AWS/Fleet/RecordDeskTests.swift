import Synchronization
import Testing

@testable import CloudUtil

@Suite struct RecordDeskTests {
  private static let name = "run_exp/exp/main"
  private struct Unexpected: Error {}

  private static let made = ClusterRecord.test().tags.merging([ClusterTag.image: "ami-1"]) { $1 }

  private func open(_ server: GroupServer) async throws -> ClusterRecord {
    try await RecordDesk(provider: server.provider(), cluster: .test).open().record
  }

  @Test("A cluster that is new gets its record, with everything that relaunches need")
  func new() async throws {
    let server = GroupServer()
    let record = try await open(server)
    #expect(record.groupID == "sg-1" && record.run == "r1" && record.imageID == "ami-1")
    #expect(record.expires - .now > .seconds(3590) && record.expires - .now <= .seconds(3600))
    let group = try #require(server.groups.first)
    #expect(ClusterRecord(try .test(group.id, name: group.name, tags: group.tags)) == record)
  }

  @Test("A record that is there is taken as it is")
  func there() async throws {
    let server = GroupServer()
    _ = server.change { $0.add(RecordDeskTests.name, RecordDeskTests.made) }
    #expect(try await open(server) == .test())
    #expect(!server.calls.contains { $0.hasPrefix("Create") })
  }

  @Test("What another launch has changed in a record until one's own turn counts")
  func reopened() async throws {
    let server = GroupServer()
    _ = server.change { $0.add(RecordDeskTests.name, RecordDeskTests.made) }
    let desk = RecordDesk(provider: server.provider(), cluster: .test)
    let opened = try await desk.open()
    let later = ClusterRecord.test().expires + .seconds(3600)
    server.change { $0.groups[0].tags.merge([ClusterTag.expires: later.iso8601]) { $1 } }
    #expect(try await desk.reopened(opened).record.expires == later)
    // One that is gone is not there later, either; the first call about it tells.
    server.change { $0.groups = [] }
    #expect(try await desk.reopened(opened).record == opened.record)
  }

  @Test("A record that was made a moment ago, by another launch or a try without a reply, is found when it is visible")
  func late() async throws {
    let looks = Mutex(0)
    let server = GroupServer { action, _, region in
      guard action == "DescribeSecurityGroups" else { return nil }
      let count = looks.withLock { count in
        count += 1
        return count
      }
      if count == 3 { region.groups[0].tags = RecordDeskTests.made }
      return nil
    }
    // Without its tags a question by tag would not show it.
    _ = server.change { $0.add(RecordDeskTests.name) }
    #expect(try await open(server) == .test())
    #expect(server.groups.count == 1 && !server.calls.contains { $0.hasPrefix("Delete") })
  }

  @Test("What a terminate left that was killed while it held the name is removed, but not at once")
  func placeholder() async throws {
    let server = GroupServer()
    let tags = [ClusterTag.experiment: "exp", ClusterTag.cluster: "main"]
    _ = server.change { $0.add(RecordDeskTests.name, tags) }
    let began = ContinuousClock.now
    #expect(try await open(server).groupID == "sg-2")
    #expect(ContinuousClock.now - began >= GroupServer.pace.visibility)
    #expect(server.groups.map(\.id) == ["sg-2"])
  }

  @Test("A group of that name that is not ours is left alone, and the user is told")
  func foreign() async throws {
    // A question by tag does not show it.
    let foreign = GroupServer { action, _, region in
      if action == "DescribeSecurityGroups" { region.groups = [] }
      return action == "CreateSecurityGroup" ? "InvalidGroup.Duplicate" : nil
    }
    let failure = await #expect(throws: FleetFailure.self) { _ = try await open(foreign) }
    guard case .misfit(let words) = failure?.reason else { throw Unexpected() }
    #expect(words.contains(RecordDeskTests.name) && words.contains("not run_exp's"))
    #expect(!foreign.calls.contains { $0.hasPrefix("Delete") })
  }
}
