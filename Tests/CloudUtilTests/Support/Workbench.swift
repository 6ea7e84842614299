import Foundation
import Testing

@testable import CloudUtil

/// An engine with a folder and a tag of its own; whatever a test starts with it is gone when the test ends.
struct Workbench: Sendable {
  let engine: ProcessEngine
  let folder: URL
  let tag: ProcessTag

  /// - Parameter owner: of the services; this process by default.
  static func use(
    owner: ProcessIdentity? = nil, experiment: String? = nil, _ body: (Workbench) async throws -> Void
  ) async throws {
    let unique = UUID().uuidString
    let bench = Workbench(
      engine: ProcessEngine(owner: try owner ?? #require(ProcessIdentity.current)),
      folder: FileManager.default.temporaryDirectory.appendingPathComponent("cloudutil-\(unique)"),
      tag: ProcessTag(experiment: experiment ?? "test-\(unique)", run: "1"))
    try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
    try await withTeardown {
      try await body(bench)
    } teardown: {
      try await bench.engine.remove(bench.tag)
      try FileManager.default.removeItem(at: bench.folder)
    }
  }

  func spec(
    _ name: String, _ command: Command, niceness: Int = 0, limits: Limits = Limits(), tag: ProcessTag? = nil
  ) -> ServiceSpec {
    ServiceSpec(
      name: name, component: name, command: command, tag: tag ?? self.tag, limits: limits, niceness: niceness,
      log: log(name))
  }

  func log(_ name: String) -> String { folder.appendingPathComponent("logs/\(name).log").path }

  /// Starts `script` as a service and waits until it prints `ready`.
  @discardableResult
  func start(
    _ name: String, script: String, _ arguments: [String] = [], niceness: Int = 0, tag: ProcessTag? = nil
  ) async throws -> Int32 {
    let command = Command("sh", ["-c", script, "sh"] + arguments)
    try await engine.deploy([spec(name, command, niceness: niceness, tag: tag)])
    try await eventually("\(name) is ready") { try await engine.logs(name, lines: 100).contains("ready") }
    return try engine.service(name).identity.pid
  }

  /// How the service ended, once it has.
  func end(of name: String) async throws -> Termination {
    for await exit in engine.exits() where exit.name == name { return exit.termination }
    throw CancellationError()
  }
}

/// Waits until `condition` holds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(20)
  while try await !condition() {
    try #require(ContinuousClock.now < deadline, "in vain: \(what)")
    try await Task.sleep(for: .milliseconds(5))
  }
}

func isRunning(_ pid: Int32) -> Bool { ProcessStatus(of: pid).map { !$0.hasEnded } ?? false }

extension ContinuousClock.Instant {
  static var soon: ContinuousClock.Instant { .now + .seconds(20) }
}
