import CloudUtil
import Serving
import Testing

@testable import Runner

@Suite("The second tenant")
struct SecondTenantTests {
  @Test("has num_models/9 + 1/2 instances, rounded to the nearest, halves to the even, and one at least")
  func instances() {
    let counts = [2: 1, 4: 1, 5: 1, 9: 2, 12: 2, 14: 2, 18: 2, 19: 3, 27: 4, 36: 4, 45: 6]
    for (numModels, count) in counts {
      #expect(Trial.secondTenantInstances(numModels: numModels) == count, "\(numModels)")
    }
  }

  @Test("sends at its own rate, without redundancy, for as long as the trial may last, the same in every mode")
  func trial() {
    var trial = Trial.sample(mode: .coded)
    trial.background = .clipper
    trial.backgroundRate = 16
    trial.numModels = 12
    let tenant = trial.secondTenant(lasting: .seconds(100))
    #expect(tenant.mode == .none && tenant.rate == 16 && tenant.numModels == 2 && tenant.numClients == 1)
    #expect(tenant.totalQueries == 1600 && tenant.warmupQueries == 0 && tenant.background == .shuffles(0))
    #expect(tenant.instances.map(\.model) == ["digits", "digits"])
    #expect(tenant.seed != trial.seed)
    trial.mode = .equal
    #expect(trial.secondTenant(lasting: .seconds(100)) == tenant)
  }

  @Test("stands on hosts of its own, with its instances spread evenly over those of the trial")
  func placement() throws {
    func hosts(_ names: String...) -> [CloudUtil.Host] {
      names.map { CloudUtil.Host(name: $0, address: $0, shell: LocalShell()) }
    }
    var fleet = Fleet(hosts: [
      Role("frontend"): hosts("f"), Role("client"): hosts("c"), Role("worker"): hosts("a", "b", "d", "e", "g", "h"),
      Role("bg_frontend"): hosts("bf"), Role("bg_client"): hosts("bc"),
    ])
    let tenant = try Placement(fleet).secondTenant(fleet, instances: 3, amongFirst: 6)
    #expect(tenant.frontend.name == "bf" && tenant.client(0).name == "bc")
    #expect((0..<3).map { tenant.worker($0).name } == ["a", "d", "g"])
    // Not on a host that this trial leaves idle.
    let small = try Placement(fleet).secondTenant(fleet, instances: 2, amongFirst: 4)
    #expect((0..<2).map { small.worker($0).name } == ["a", "d"])

    fleet.hosts[Role("bg_client")] = nil
    let failure = #expect(throws: Failure.self) {
      try Placement(fleet).secondTenant(fleet, instances: 3, amongFirst: 6)
    }
    #expect(failure?.exitCode == .infrastructure && failure?.description.contains("bg_client") == true)
  }
}
