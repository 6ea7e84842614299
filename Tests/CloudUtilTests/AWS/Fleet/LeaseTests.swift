import Testing

@testable import CloudUtil

@Suite struct LeaseTests {
  private static let now = UTCTime(seconds: 1_795_258_231)

  private func lease(holder: String?, renewed: Int64? = nil) throws -> Lease {
    var tags = [ClusterTag.owner: "ada@laptop"]
    tags[ClusterTag.holder] = holder
    tags[ClusterTag.renewed] = renewed.map { UTCTime(seconds: LeaseTests.now.seconds - $0).iso8601 }
    return try #require(Lease(.test(name: "run_exp/exp/main/lease", tags: tags), of: .test))
  }

  private func state(_ lease: Lease) -> Lease.State { lease.state(now: LeaseTests.now, life: .seconds(180)) }

  @Test("Another process of this machine holds it as long as it lives, whenever it renewed it")
  func here() throws {
    let own = try #require(RunOwner.current)
    #expect(try state(lease(holder: own.description, renewed: 100_000)) == .held)
    var gone = own
    gone.process.startTicks += 1
    #expect(try state(lease(holder: gone.description, renewed: 0)) == .dead)
  }

  @Test(
    "A process of another machine, or one that is not known, holds it until its sign of life is too old",
    arguments: ["7.7@there", "who?", "", nil])
  func elsewhere(holder: String?) throws {
    #expect(try state(lease(holder: holder, renewed: 0)) == .held)
    #expect(try state(lease(holder: holder, renewed: 179)) == .held)
    #expect(try state(lease(holder: holder, renewed: 180)) == .dead)
    // Clocks differ.
    #expect(try state(lease(holder: holder, renewed: -60)) == .held)
    #expect(try state(lease(holder: holder)) == .dead)
  }

  @Test("One whose launch gave up is nobody's at once, and tells whose it was")
  func givenUp() throws {
    let own = try #require(RunOwner.current).description
    let given = try lease(holder: Lease.givenUp + own, renewed: 0)
    #expect(state(given) == .dead && given.holder == own && given.isGivenUp)
  }

  @Test("Only a group of its name is a cluster's lease")
  func name() throws {
    for name in ["run_exp/exp/main", "run_exp/exp/main/lease2", "run_exp/exp/other/lease"] {
      #expect(Lease(try .test(name: name), of: .test) == nil)
    }
  }
}
