import CloudUtil
import Control
import Foundation
import Serving
import Synchronization
import Testing
import Wire

@testable import Runner

@Suite("Faults as they are carried out")
struct FaultScheduleTests {
  private func deployment(_ faults: [Fault], folder: URL, load_s: Double = 10) throws -> Deployment {
    var trial = try SimulatedMeasuresTests.sweep(["redundancy_modes": #"["none"]"#]).trials[0]
    trial.faults = faults
    let fleet = Fleet(
      hosts: Dictionary(
        uniqueKeysWithValues: ["frontend", "worker", "client"].map {
          (Role($0), [CloudUtil.Host(name: "here", address: "127.0.0.1", shell: LocalShell())])
        }))
    let installation = try SimulatedMeasuresTests.installation()
    return Deployment(
      trial: trial,
      assets: try TrialAssets(
        trial, installation: installation, locator: FileLocator(experiment: "/nowhere/x.json", currentFolder: "/")),
      faults: FaultPlan(trial, load_s: load_s), placement: try Placement(fleet),
      tag: ProcessTag(experiment: "ParM", run: "4f2a"), redis: try RedisService(address: "127.0.0.1"),
      linkSecret: "swordfish", packaging: .programs(folder: "/nowhere"), limits: [:], folder: folder, port: 7,
      isMeasuringRealtime: false, usesGPU: false)
  }

  /// Carries out `faults`, all due at once.
  /// - Returns: what the engine was asked, without what only looks, in order.
  private func asked(
    _ faults: [Fault], workersDelay: Bool = false, engine: AskedEngine = AskedEngine()
  ) async throws -> [String] {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "faults-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var deployment = try deployment(faults, folder: folder)
    deployment.workersDelay = workersDelay
    let clock = Wire.Clock()
    let schedule = try FaultSchedule(
      deployment, engine: engine, clock: clock, findFrontend: { nil }, restarted: { _ in }, tell: { _ in })
    try await schedule.start(at: clock.now())
    while try FaultRecord.read(from: folder).count < faults.count { try await Task.sleep(for: .milliseconds(5)) }
    try await schedule.stop()
    return engine.asked
  }

  @Test("A delay is a worker's own affair where links cannot have one; of everything else it is the link's")
  func delay() async throws {
    func delay(_ target: FaultTarget) -> [Fault] {
      [Fault(at_s: 0, action: .delay, target: target, delay_ms: 20), Fault(at_s: 0, action: .heal, target: target)]
    }
    let worker = FaultTarget.numbered(role: .worker, number: 1)
    #expect(
      try await asked(delay(worker), workersDelay: true) == [
        "signal worker-1-parm \(StepSignal.delay.number)", "shape worker-1-parm",
        "signal worker-1-parm \(StepSignal.delay.number)",
      ])
    #expect(try await asked(delay(worker)) == ["shape worker-1-parm", "shape worker-1-parm"])
    for target in [FaultTarget.frontend, .redis, .numbered(role: .client, number: 0)] {
      let asked = try await asked(delay(target), workersDelay: true)
      #expect(asked.count == 2 && asked.allSatisfy { $0.hasPrefix("shape ") }, "\(asked)")
    }
  }

  @Test("What stands still at the end goes on again; if it cannot, that is no trial as asked for")
  func resumed() async throws {
    let pause = [Fault(at_s: 0, action: .pause, target: .numbered(role: .worker, number: 0))]
    #expect(try await asked(pause) == ["pause worker-0-parm", "resume worker-0-parm"])
    let resume = pause + [Fault(at_s: 0, action: .resume, target: .numbered(role: .worker, number: 0))]
    #expect(try await asked(resume) == ["pause worker-0-parm", "resume worker-0-parm"])
    await #expect(throws: ContainerError.surviving(["stuck"])) {
      try await asked(pause, engine: AskedEngine(resuming: { throw ContainerError.surviving(["stuck"]) }))
    }
    // It has ended meanwhile.
    let ended = AskedEngine(resuming: { throw ContainerError.notRunning(service: "worker-0-parm", .signalled(SIGKILL)) }
    )
    #expect(try await asked(pause, engine: ended) == ["pause worker-0-parm"])
  }

  @Test("A client that nobody resumes goes on when the load is over, since the trial waits for what it sends")
  func pausedClient() async throws {
    let folder = try TemporaryFolder()
    let faults = [
      Fault(at_s: 0, action: .pause, target: .numbered(role: .client, number: 0)),
      Fault(at_s: 0, action: .pause, target: .numbered(role: .worker, number: 0)),
    ]
    let (engine, clock) = (AskedEngine(), Wire.Clock())
    let schedule = try FaultSchedule(
      deployment(faults, folder: URL(filePath: folder.path), load_s: 0.01), engine: engine, clock: clock,
      findFrontend: { nil }, restarted: { _ in }, tell: { _ in })
    try await schedule.start(at: clock.now())
    for _ in 0..<1000 where engine.asked.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    #expect(Set(engine.asked) == ["pause client-0-parm", "pause worker-0-parm", "resume client-0-parm"])
    try await schedule.stop()
    #expect(engine.asked.count == 4 && engine.asked.last == "resume worker-0-parm")
  }

  @Test("Whoever the trial waits for is healed when the load is over, a delay of its link aside; others are not")
  func healed() async throws {
    let folder = try TemporaryFolder()
    let targets: [FaultTarget] = [
      .numbered(role: .client, number: 0), .frontend, .redis, .numbered(role: .worker, number: 0),
    ]
    let faults =
      [Fault(at_s: 0, action: .delay, target: .frontend, delay_ms: 3)]
      + targets.map { Fault(at_s: 0, action: .partition, target: $0) }
    let (engine, clock) = (AskedEngine(), Wire.Clock())
    let told = Told()
    let deployment = try deployment(faults, folder: URL(filePath: folder.path), load_s: 0.01)
    let frontend = try #require(deployment.spec(of: .frontend)?.name)
    let schedule = try FaultSchedule(
      deployment, engine: engine, clock: clock, findFrontend: { nil }, restarted: { _ in }, tell: told.hear)
    try await schedule.start(at: clock.now())
    for _ in 0..<1000 where engine.asked.count < 7 { try await Task.sleep(for: .milliseconds(5)) }
    try await schedule.stop()
    let asked = engine.asked
    #expect(asked.filter { $0 == "shape client-0-parm" }.count == 2, "\(asked)")
    #expect(asked.filter { $0 == "shape \(frontend)" }.count == 3, "\(asked)")
    #expect(asked.count == 7 && engine.links[frontend] == LinkCondition(delay_ms: 3), "\(asked)")
    #expect(engine.links["redis-parm"]?.isCut == true && engine.links["client-0-parm"] == LinkCondition())
    let healed = told.lines.filter { $0.contains("is healed") }
    #expect(healed.sorted() == ["client/0", "frontend"].map { "\($0) is healed, since the load is over" })
    #expect(try FaultRecord.read(from: URL(filePath: folder.path)).allSatisfy { $0.outcome == .done })
  }

  @Test("A frontend that nobody resumes goes on when the load is over, and one that cannot is named")
  func pausedFrontend() async throws {
    let folder = try TemporaryFolder()
    let engine = AskedEngine(resuming: { throw ContainerError.surviving(["stuck"]) })
    let (clock, told) = (Wire.Clock(), Told())
    let schedule = try FaultSchedule(
      deployment(
        [Fault(at_s: 0, action: .pause, target: .frontend)], folder: URL(filePath: folder.path), load_s: 0.01),
      engine: engine, clock: clock, findFrontend: { nil }, restarted: { _ in },
      tell: told.hear)
    try await schedule.start(at: clock.now())
    for _ in 0..<1000 where told.lines.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
    #expect(told.lines.last?.hasPrefix("frontend cannot go on, though the load is over: ") == true)
    await #expect(throws: ContainerError.surviving(["stuck"])) { try await schedule.stop() }
  }

  @Test("A worker is started with the signals blocked that will tell it its paces and delays, and no other is")
  func blockedSignals() throws {
    let (one, two) = (FaultTarget.numbered(role: .worker, number: 1), FaultTarget.numbered(role: .worker, number: 2))
    let faults = [
      Fault(at_s: 1, action: .slow, target: one, factor: 2), Fault(at_s: 1, action: .delay, target: two, delay_ms: 5),
    ]
    var deployment = try deployment(faults, folder: URL(filePath: "/nowhere"))
    #expect(
      deployment.workers.map(\.blockedSignals).filter { !$0.isEmpty } == [[StepSignal.pace.number]])
    deployment.workersDelay = true
    let blocked = deployment.workers.map(\.blockedSignals)
    #expect(blocked[1] == [StepSignal.pace.number] && blocked[2] == [StepSignal.delay.number])
    #expect(
      deployment.respawned(Component("worker/1"), after: (0, 0), frontend: nil)?.blockedSignals == blocked[1])
  }
}

/// What the user is told.
private final class Told: Sendable {
  private let state = Mutex<[String]>([])
  var lines: [String] { state.withLock { $0 } }
  @Sendable func hear(_ line: String) { state.withLock { $0.append(line) } }
}

/// An engine that does nothing but remember what it was asked.
final class AskedEngine: ContainerEngine {
  private let log = Mutex<[String]>([])
  private let conditions = Mutex<[String: LinkCondition]>([:])
  private let resuming: @Sendable () throws -> Void
  private let signalling: @Sendable (Int32) throws -> Void

  init(
    resuming: @escaping @Sendable () throws -> Void = {},
    signalling: @escaping @Sendable (Int32) throws -> Void = { _ in }
  ) {
    (self.resuming, self.signalling) = (resuming, signalling)
  }

  /// The links of services as they were shaped last.
  var links: [String: LinkCondition] { conditions.withLock { $0 } }
  var asked: [String] { log.withLock { $0 } }
  private func note(_ what: String) { log.withLock { $0.append(what) } }

  func deploy(_ specs: [ServiceSpec]) async throws { for spec in specs { note("deploy \(spec.name)") } }
  func signal(_ name: String, _ signal: Int32) async throws {
    try signalling(signal)
    note("signal \(name) \(signal)")
  }
  func kill(_ name: String) async throws { note("kill \(name)") }
  func pause(_ name: String) async throws { note("pause \(name)") }
  func resume(_ name: String) async throws {
    try resuming()
    note("resume \(name)")
  }
  func shape(_ name: String, as condition: LinkCondition) async throws {
    conditions.withLock { $0[name] = condition }
    note("shape \(name)")
  }
  func update(_ name: String, limits: Limits) async throws {}
  func check(_ limits: Limits, of name: String) async throws {}
  func linkGround() async throws -> LinkGround { LinkGround(address: "", canDelay: true) }
  func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output { .ended(0) }
  func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output { .ended(0) }
  func stats(_ name: String) async throws -> ServiceStats { throw ContainerError.unknown(service: name) }
  func logs(_ name: String, lines: Int) async throws -> String { "" }
  func exits() -> AsyncStream<ServiceExit> { AsyncStream { $0.finish() } }
  func remove(_ tag: ProcessTag) async throws {}
}
