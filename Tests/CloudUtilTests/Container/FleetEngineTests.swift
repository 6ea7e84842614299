import Synchronization
import Testing

@testable import CloudUtil

@Suite struct FleetEngineTests {
  /// An engine that cannot remove a tag as often as it is told to, and remembers what it was asked.
  private final class StubbornEngine: ContainerEngine {
    private let failures: Mutex<[ContainerError]>
    private let log = Mutex<[String]>([])

    init(failures: [ContainerError] = []) { self.failures = Mutex(failures) }

    var asked: [String] { log.withLock { $0 } }

    func deploy(_ specs: [ServiceSpec]) async throws {
      log.withLock { $0.append("deploy \(specs.map(\.name).joined(separator: " "))") }
    }

    func remove(_ tag: ProcessTag) async throws {
      log.withLock { $0.append("remove \(tag)") }
      if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
    }

    private struct Unexpected: Error {}

    func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output { throw Unexpected() }
    func signal(_ name: String, _ signal: Int32) async throws { throw Unexpected() }
    func pause(_ name: String) async throws { throw Unexpected() }
    func resume(_ name: String) async throws { throw Unexpected() }
    func update(_ name: String, limits: Limits) async throws { throw Unexpected() }
    func check(_ limits: Limits, of name: String) async throws { throw Unexpected() }
    func linkGround() async throws -> LinkGround { throw Unexpected() }
    func shape(_ name: String, as condition: LinkCondition) async throws { throw Unexpected() }
    func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output {
      throw Unexpected()
    }
    func stats(_ name: String) async throws -> ServiceStats { throw Unexpected() }
    func logs(_ name: String, lines: Int) async throws -> String { throw Unexpected() }
    func exits() -> AsyncStream<ServiceExit> { AsyncStream { $0.finish() } }
  }

  private static let slow = ContainerError.engine(.tooSlow("docker rm"), host: "b")
  private let first = ProcessTag(experiment: "e", run: "1")

  private func spec(_ name: String, on host: String) -> ServiceSpec {
    var spec = ServiceSpec(
      name: name, component: name, command: Command("true"), tag: ProcessTag(experiment: "e", run: "2"),
      log: "/dev/null")
    spec.host = host
    return spec
  }

  @Test("What could not be removed from a host is told, and removed before anything else is started there")
  func unfinished() async throws {
    let (a, b) = (StubbornEngine(), StubbornEngine(failures: [Self.slow]))
    let told = Mutex<[String]>([])
    let fleet = FleetEngine(["a": a, "b": b], home: "a") { _, text in told.withLock { $0.append(text) } }
    try await fleet.remove(first)
    #expect(told.withLock { $0 }.count == 1)
    #expect(told.withLock { $0.first ?? "" }.contains("Containers of run 1 may go on on b"))
    for name in ["x", "y"] { try await fleet.deploy([spec(name, on: "a"), spec(name, on: "b")]) }
    #expect(a.asked == ["remove e/1", "deploy x", "deploy y"])
    #expect(b.asked == ["remove e/1", "remove e/1", "deploy x", "deploy y"])
  }

  @Test("A host from which containers still cannot be removed gets no others")
  func stillThere() async throws {
    let b = StubbornEngine(failures: [Self.slow, Self.slow])
    let fleet = FleetEngine(["b": b], home: "b") { _, _ in }
    try await fleet.remove(first)
    await #expect(throws: Self.slow) { try await fleet.deploy([self.spec("x", on: "b")]) }
    try await fleet.deploy([spec("x", on: "b")])
    #expect(b.asked == ["remove e/1", "remove e/1", "remove e/1", "deploy x"])
  }

  @Test("A log that was lost leaves nothing to be removed, and is an error")
  func lostLog() async throws {
    let lost = ContainerError.logLost(service: "x", reason: "disk full")
    let b = StubbornEngine(failures: [lost])
    let fleet = FleetEngine(["b": b], home: "b") { _, _ in }
    await #expect(throws: lost) { try await fleet.remove(self.first) }
    try await fleet.deploy([spec("x", on: "b")])
    #expect(b.asked == ["remove e/1", "deploy x"])
  }
}
