import Foundation
import Synchronization
import Testing

@testable import CloudUtil

@Suite struct ProvisionTests {
  private struct Unexpected: Error {}

  private struct Site: LaunchSite {
    let state: String
    func publicKey(of cluster: ClusterID) -> PublicKey { PublicKey(line: "ssh-ed25519 AAAA", fingerprint: "SHA256:x") }
    func sshSources() -> [String] { ["203.0.113.7/32"] }
    func folder(of cluster: ClusterID) -> String { state }
  }

  private static let record = "run_exp/exp/main"
  private static let spec = FleetSpec(
    cluster: .test, groups: [Role("worker"): FleetSpec.Group(count: 2, instanceType: "t")])

  private typealias Fault = @Sendable (_ action: String, inout GroupServer.Region, _ journal: String) throws -> String?

  private final class Told: Sendable { let lines = Mutex<[String]>([]) }

  /// - Parameter fault: as `GroupServer`'s; is told where the journal is, too.
  private func use(_ fault: @escaping Fault, _ body: (GroupServer, EC2Provider, Told) async throws -> Void) async throws
  {
    let state = FileManager.default.temporaryDirectory.appendingPathComponent("provision-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: state) }
    let server = GroupServer { action, _, region in try fault(action, &region, state + "/launches.jsonl") }
    let told = Told()
    let price = { @Sendable (types: [String]) in "\(types.count) coins" }
    let provider = server.provider(
      site: Site(state: state), tell: { line in told.lines.withLock { $0.append(line) } }, price: price)
    try await body(server, provider, told)
  }

  @Test("Machines of a launch before are used again")
  func again() async throws {
    try await use({ _, _, _ in nil }) { server, provider, _ in
      let first = try await provider.provision(ProvisionTests.spec)
      #expect(first[Role("worker")]?.map(\.name) == ["i-2000", "i-2001"])
      let second = try await provider.provision(ProvisionTests.spec)
      #expect(second[Role("worker")]?.map(\.name) == ["i-2000", "i-2001"])
      #expect(server.calls.count { $0.hasPrefix("RunInstances") } == 1)
    }
  }

  @Test("Neither a launch nor an extend takes away time that machines have, though the record does not show it yet")
  func time() async throws {
    try await use({ _, _, _ in nil }) { server, provider, _ in
      _ = try await provider.provision(ProvisionTests.spec)
      let late = (UTCTime.now + .seconds(90_000)).iso8601
      server.change { region in for id in region.machines.keys { region.machines[id]?[ClusterTag.expires] = late } }
      func times() -> Set<String> {
        server.change { region in Set(region.machines.values.compactMap { $0[ClusterTag.expires] }) }
      }
      _ = try await provider.provision(ProvisionTests.spec)
      #expect(times() == [late])
      let extended = try await provider.extend(.test, by: .seconds(7200))
      #expect(extended.expires.iso8601 == late && extended.machines == 2)
      #expect(times() == [late] && server.groups.compactMap { $0.tags[ClusterTag.expires] } == [late])
    }
  }

  @Test("Machines that run and are not used are told with what they cost")
  func unused() async throws {
    try await use({ _, _, _ in nil }) { server, provider, told in
      server.change { $0.machines["i-1"] = ClusterRecord.test().tags.merging([ClusterTag.role: "client"]) { $1 } }
      _ = try await provider.provision(ProvisionTests.spec)
      #expect(
        told.lines.withLock { $0.contains { $0.hasSuffix("does not use, and that cost 1 coins: i-1 (t, running)") } })
    }
  }

  @Test("A launch has a share of what it has asked for itself, of nothing else, and of nothing that was made anew")
  func share() async throws {
    try await use({ _, _, _ in nil }) { server, provider, _ in
      #expect(try await provider.share(of: .test) == .none)
      _ = try await provider.provision(ProvisionTests.spec)
      #expect(try await provider.share(of: .test) == .all)
      let lease = [ClusterTag.holder: "7.7@there", ClusterTag.owner: "eve", ClusterTag.renewed: UTCTime.now.iso8601]
      server.change { $0.machines["i-1"] = ClusterRecord.test().tags.merging([ClusterTag.token: "other"]) { $1 } }
      #expect(try await provider.share(of: .test) == .some)
      server.change { region in
        let tags = [ClusterTag.experiment: "exp", ClusterTag.cluster: "main"]
        _ = region.add("\(ProvisionTests.record)/lease", tags.merging(lease) { $1 })
      }
      var pace = GroupServer.pace
      pace.leaseLife = .seconds(600)
      let patient = server.provider(site: provider.site, pace: pace)
      #expect(try await patient.share(of: .test) == .busy(owner: "eve"))
      server.change { region in
        region.groups = []
        let tags = ClusterRecord.test().tags.merging([ClusterTag.image: "ami-1"]) { $1 }
        _ = region.add(ProvisionTests.record, tags)
      }
      #expect(try await provider.share(of: .test) == .none)
    }
  }

  @Test("A launch whose cluster is terminated meanwhile says so, and leaves neither lease nor key")
  func terminated() async throws {
    try await use({ action, region, _ in
      if action == "ImportKeyPair" { region.groups.removeAll { $0.name == ProvisionTests.record } }
      return action == "AuthorizeSecurityGroupIngress" ? "InvalidGroup.NotFound" : nil
    }) { server, provider, _ in
      let failure = await #expect(throws: FleetFailure.self) {
        _ = try await provider.provision(ProvisionTests.spec)
      }
      guard case .terminated = failure?.reason else { throw Unexpected() }
      #expect(server.groups.isEmpty && server.keys.isEmpty && server.machines.isEmpty)
    }
  }

  @Test("A call that meets something unknown while the record is there is told as AWS told it, and the key stays")
  func unknown() async throws {
    for code in ["InvalidSnapshot.NotFound", "InvalidGroup.NotFound"] {
      try await use({ action, _, _ in action == "RunInstances" ? code : nil }) { server, provider, _ in
        let failure = await #expect(throws: FleetFailure.self) {
          _ = try await provider.provision(ProvisionTests.spec)
        }
        guard case .call(let error) = failure?.reason else { throw Unexpected() }
        #expect(error.code == code && error.requestID != nil)
        #expect(server.groups.map(\.name) == [ProvisionTests.record, ProvisionTests.record + "/lease"])
        #expect(server.keys == [ProvisionTests.record])
        let now = try await provider.updated(try #require(failure))
        #expect(now.isCurrent && now.alive == [] && now.unanswered == [] && now.mayExist)
      }
    }
  }

  @Test("What calls without an answer may have made is told until it is seen")
  func unanswered() async throws {
    try await use({ action, _, _ in action == "RunInstances" ? GroupServer.noReply : nil }) { server, provider, _ in
      let failure = try #require(
        await #expect(throws: FleetFailure.self) { _ = try await provider.provision(ProvisionTests.spec) })
      let call = try #require(failure.unanswered.first)
      #expect((call.role, call.instanceType, call.count) == ("worker", "t", 2))
      let unseen = try await provider.updated(failure)
      #expect(unseen.unanswered == [call] && unseen.alive == [] && unseen.mayExist)
      let tags = ClusterRecord.test().tags.merging([ClusterTag.role: "worker", ClusterTag.token: call.token]) { $1 }
      server.change { $0.machines = ["i-1": tags] }
      #expect(try await provider.updated(failure).unanswered == [call])
      server.change { $0.machines = ["i-1": tags, "i-2": tags] }
      let seen = try await provider.updated(failure)
      #expect(seen.unanswered == [] && seen.alive?.map(\.id).sorted() == ["i-1", "i-2"])
    }
  }

  @Test("The key of a cluster that somebody else has made anew meanwhile is left alone")
  func madeAnew() async throws {
    try await use({ action, region, _ in
      if action == "ImportKeyPair" {
        region.groups.removeAll { $0.name == ProvisionTests.record }
        let tags = ClusterRecord.test().tags.merging([ClusterTag.image: "ami-1"]) { $1 }
        _ = region.add(ProvisionTests.record, tags)
      }
      return action == "AuthorizeSecurityGroupIngress" ? "InvalidGroup.NotFound" : nil
    }) { server, provider, _ in
      await #expect(throws: FleetFailure.self) {
        _ = try await provider.provision(ProvisionTests.spec)
      }
      #expect(server.groups.map(\.name) == [ProvisionTests.record] && server.keys == [ProvisionTests.record])
    }
  }

  @Test("An answer that cannot be written down is told, and its machines are used")
  func unwrittenAnswer() async throws {
    try await use({ action, _, journal in
      if action == "RunInstances" { try ProvisionTests.fill(journal) }
      return nil
    }) { server, provider, told in
      let found = try await provider.provision(ProvisionTests.spec)
      #expect(found[Role("worker")]?.count == 2 && server.calls.contains { $0.hasPrefix("RunInstances") })
      #expect(told.lines.withLock { $0.contains { $0.contains("for worker cannot be written down") } })
    }
  }

  @Test("What cannot be written down before is not asked for, and AWS is to be asked what is there")
  func unwritten() async throws {
    let looks = Told()
    try await use({ action, region, journal in
      guard action == "DescribeInstances" else { return nil }
      // The journal has been read by the second look.
      let count = looks.lines.withLock { lines in
        lines.append(action)
        return lines.count
      }
      if count == 2 { try ProvisionTests.fill(journal) }
      return nil
    }) { server, provider, _ in
      server.change { $0.machines["i-1"] = ClusterRecord.test().tags.merging([ClusterTag.role: "worker"]) { $1 } }
      let failure = await #expect(throws: FleetFailure.self) {
        _ = try await provider.provision(ProvisionTests.spec)
      }
      guard case .unwritten(let words) = failure?.reason else { throw Unexpected() }
      #expect(words.contains("launches.jsonl") && failure?.alive == nil)
      #expect(!server.calls.contains { $0.hasPrefix("RunInstances") })
    }
  }

  /// The disk is full, as far as the journal goes.
  private static func fill(_ journal: String) throws {
    if FileManager.default.fileExists(atPath: journal) { try FileManager.default.removeItem(atPath: journal) }
    try FileManager.default.createSymbolicLink(atPath: journal, withDestinationPath: "/dev/full")
  }
}
