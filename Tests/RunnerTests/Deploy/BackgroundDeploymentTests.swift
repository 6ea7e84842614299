import CloudUtil
import Control
import Foundation
import Testing

@testable import Runner

/// The services of a trial and of its background load, read without a machine.
@Suite("A deployment with background load")
struct BackgroundDeploymentTests {
  private let installation: Installation
  private let locator = FileLocator(experiment: "x.json")
  private let fleet: Fleet

  init() throws {
    let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path
    installation = try Installation(executable: "/nowhere/run_exp", environment: ["RUN_EXP_HOME": root])
    func hosts(_ names: String...) -> [CloudUtil.Host] {
      names.map { CloudUtil.Host(name: $0, address: "10.0.0.\($0.utf8.count)", shell: LocalShell()) }
    }
    fleet = Fleet(hosts: [
      Role("frontend"): hosts("f"), Role("client"): hosts("cc"),
      Role("worker"): hosts("www", "wwww", "wwwww", "wwwwww", "wwwwwww", "wwwwwwww", "wwwwwwwww"),
      Role("bg_frontend"): hosts("bf________"), Role("bg_client"): hosts("bc_________"),
    ])
  }

  /// Four base instances and two of parity models; one worker host is idle.
  private func deployment(link_mbit: Double? = nil) throws -> Deployment {
    var trial = Trial.sample()
    trial.redundantModels = ["digits"]
    trial.backgroundRate = 16
    return Deployment(
      trial: trial, assets: try TrialAssets(trial, installation: installation, locator: locator),
      faults: FaultPlan(trial, load_s: 1), placement: try Placement(fleet),
      tag: ProcessTag(experiment: "ParM", run: "4f2a"),
      redis: try RedisService(address: "10.0.0.1"), linkSecret: "swordfish",
      packaging: .images(ids: ["run_exp-worker:latest": "sha256:1a"]), limits: [:], folder: URL(filePath: "/r"),
      port: 7,
      isMeasuringRealtime: true, usesGPU: false, link_mbit: link_mbit)
  }

  @Test("shuffles on every worker host, idle ones included, over its own network, from the worker's image")
  func cluster() throws {
    let stations = try deployment().shuffleStations(on: fleet[Role("worker")], links: 0)
    #expect(stations.map(\.name) == fleet[Role("worker")].map(\.name))
    #expect(stations.map(\.service.host) == stations.map(\.host.name))
    for (index, station) in stations.enumerated() {
      let service = station.service
      #expect(service.name == "shuffle-\(index)-parm" && service.component == "shuffle/\(index)")
      #expect(service.network == .host && service.image == "sha256:1a" && station.link == nil)
      #expect(service.command.arguments == ["--host", station.host.address])
      #expect(!"\(service.command)".contains("swordfish") && service.tag.run == "4f2a")
    }
  }

  @Test("shuffles on the link of each worker, parity workers included, where containers of one machine play hosts")
  func links() throws {
    let deployment = try deployment(link_mbit: 250)
    #expect(deployment.workers.allSatisfy { $0.network == .bridge() && $0.link_mbit == 250 })
    #expect(deployment.specs.filter { $0.link_mbit != nil }.count == 6)
    let stations = deployment.shuffleStations(on: fleet[Role("worker")], links: 6)
    #expect(stations.map(\.name) == ["worker/0", "worker/1", "worker/2", "worker/3", "parity/4", "parity/5"])
    #expect(stations.map(\.service.network) == (0..<6).map { .service("worker-\($0)-parm") })
    #expect(stations.allSatisfy { $0.service.link_mbit == nil })
    // As many hosts shuffle in every trial of a sweep.
    let all = deployment.shuffleStations(on: fleet[Role("worker")], links: 8)
    #expect(all.prefix(6).map(\.service) == stations.map(\.service))
    #expect(all.suffix(2).map(\.name) == ["idle/6", "idle/7"])
    #expect(all.suffix(2).map(\.link) == ["shuffle-6-parm", "shuffle-7-parm"])
    #expect(all.suffix(2).allSatisfy { $0.service.network == .bridge() && $0.service.link_mbit == 250 })
  }

  @Test("is stopped though a service of the second tenant ends between the grace and the kill")
  func tenantEnds() async throws {
    let engine = AskedEngine(signalling: { number in
      if number == SIGKILL { throw ContainerError.notRunning(service: "bg_client-0-parm", .exited(0)) }
    })
    let tenant = SecondTenant(
      try deployment().secondTenant(fleet, installation: installation, locator: locator), engine: engine,
      grace: .milliseconds(1))
    try await tenant.stop()
    #expect(engine.asked == ["bg_client-0-parm", "bg_frontend-parm"].map { "signal \($0) \(SIGTERM)" })
    #expect(tenant.problems.count == 2 && tenant.problems.allSatisfy { $0.contains("did not end within") })
  }

  @Test("has the second tenant beside it under names, a folder and a run in Redis of its own, with the same tag")
  func tenant() throws {
    let deployment = try deployment(link_mbit: 250)
    let tenant = try deployment.secondTenant(fleet, installation: installation, locator: locator)
    #expect(tenant.specs.map(\.name) == ["bg_frontend-parm", "bg_worker-0-parm", "bg_client-0-parm"])
    #expect(tenant.specs.map(\.component) == ["bg_frontend", "bg_worker/0", "bg_client/0"])
    #expect(tenant.specs.map(\.host) == ["bf________", "www", "bc_________"])
    #expect(tenant.specs.allSatisfy { $0.network == .host && $0.link_mbit == nil && $0.tag == deployment.tag })
    #expect(tenant.baseWorkers == [Component("worker/0")] && tenant.clientComponents == [Component("client/0")])
    for spec in tenant.specs {
      let words = spec.command.arguments
      #expect(words.prefix(4) == ["--redis", "10.0.0.1:\(deployment.redis.port)", "--run", "4f2a-bg"])
      #expect(spec.log.hasPrefix("/r/background/logs/bg_") && spec.mounts.first?.path == "/r/background")
    }
    let frontend = try #require(tenant.specs.first?.command.arguments)
    #expect(frontend.contains("none") && !frontend.contains("7") && !frontend.contains("coded"))
    #expect(tenant.records.map(\.path).allSatisfy { $0.hasPrefix("/r/background/") } && tenant.records.count == 4)
    #expect(tenant.hosts.map(\.name) == ["bc_________", "bf________", "www"])
    let own = Set(deployment.specs.map(\.name))
    #expect(own.isDisjoint(with: tenant.specs.map(\.name)))
    #expect(deployment.specs.allSatisfy { $0.command.arguments.prefix(4).last == "4f2a" })
  }

  @Test("writes down all services, those of the background load too")
  func written() throws {
    try withTemporaryFolder { folder in
      let deployment = try deployment()
      let stations = deployment.shuffleStations(on: fleet[Role("worker")], links: 0)
      try deployment.write(to: folder, with: stations.map(\.service))
      let lines = try String(contentsOf: folder.appending(path: "deployment.txt"), encoding: .utf8).split(
        separator: "\n")
      #expect(lines.count == 1 + 1 + 6 + 1 + 7)
      #expect(lines.last?.hasPrefix("shuffle-6-parm\twwwwwwwww\tsha256:1a\t") == true)
    }
  }

  @Test("shuffles with one worker host are refused with their key, whoever asks")
  func oneHost() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "x.json")
      let text = Sample.text(["background_traffic": #"[0, 4, "clipper"]"#, "worker_type": #""c5.xlarge""#])
      try Data(text.utf8).write(to: file)
      let invocation = try Invocation(config: file.path, overrides: [], place: .cluster, finalDir: "0")
      #expect(throws: Never.self) { try ShuffleHosts.require(2, for: invocation) }
      let failure = #expect(throws: Failure.self) { try ShuffleHosts.require(1, for: invocation) }
      #expect(failure?.exitCode == .config)
      #expect(failure?.description.hasPrefix("background_traffic[1]: found 4 with one worker host") == true)
      let none = try Invocation(
        config: file.path, overrides: [#"background_traffic=[0, "clipper"]"#], place: .cluster, finalDir: "0")
      #expect(throws: Never.self) { try ShuffleHosts.require(1, for: none) }
    }
  }
}
