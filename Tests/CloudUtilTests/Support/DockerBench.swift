import Foundation
import Testing

@testable import CloudUtil

/// A Docker engine with a folder and a tag of its own; whatever a test deploys with it is gone when the test ends.
struct DockerBench: Sendable {
  let engine: DockerEngine
  let shell: any RemoteShell
  let folder: URL
  let tag: ProcessTag
  /// Makes the names of its containers its own.
  let suffix: String

  /// - Parameters:
  ///   - owner: of the services; this process by default.
  ///   - suffix: with it a second bench has the names of the first.
  static func use(
    owner: ProcessIdentity? = nil, experiment: String? = nil, suffix: String? = nil, address: String? = nil,
    shell: any RemoteShell = LocalShell(), _ body: (DockerBench) async throws -> Void
  ) async throws {
    let unique = UUID().uuidString
    var runOwner = try #require(RunOwner.current)
    if let owner { runOwner.process = owner }
    let bench = DockerBench(
      engine: DockerEngine(shell: shell, address: address, owner: runOwner), shell: LocalShell(),
      folder: FileManager.default.temporaryDirectory.appendingPathComponent("docker-\(unique)"),
      tag: ProcessTag(experiment: experiment ?? "test/\(unique)", run: String(unique.prefix(4))),
      suffix: suffix ?? String(unique.prefix(8)))
    try FileManager.default.createDirectory(at: bench.folder, withIntermediateDirectories: true)
    try await withTeardown {
      try await body(bench)
    } teardown: {
      try? await bench.engine.remove(bench.tag)
      try FileManager.default.removeItem(at: bench.folder)
    }
  }

  func name(_ service: String) -> String { "\(service)-\(suffix)" }

  func log(_ service: String) -> String { folder.appendingPathComponent("logs/\(service).log").path }

  func logText(_ service: String) throws -> String { try String(contentsOfFile: log(service), encoding: .utf8) }

  func spec(_ service: String, _ command: Command, limits: Limits = Limits(), tag: ProcessTag? = nil) -> ServiceSpec {
    var spec = ServiceSpec(
      name: name(service), component: "\(service)/0", command: command, tag: tag ?? self.tag, limits: limits,
      log: log(service))
    spec.image = DockerDaemon.image
    return spec
  }

  func script(_ text: String, _ arguments: String...) -> Command { Command("sh", ["-c", text, "sh"] + arguments) }

  /// Starts `script` as a service and waits until it prints `ready`.
  func start(
    _ service: String, _ text: String = "echo ready; sleep 100", limits: Limits = Limits(), tag: ProcessTag? = nil
  )
    async throws
  {
    try await engine.deploy([spec(service, script(text), limits: limits, tag: tag)])
    try await ready(service)
  }

  func ready(_ service: String) async throws {
    try await eventually("\(service) is ready") { try await engine.logs(name(service), lines: 100).contains("ready") }
  }

  /// How the service ended, once it has.
  func end(of service: String) async throws -> ServiceExit {
    for await exit in engine.exits() where exit.name == name(service) { return exit }
    throw CancellationError()
  }

  /// What `docker` prints.
  @discardableResult
  func docker(_ words: String...) async throws -> String {
    try await shell.require(Command("docker", words), deadline: .soon).stdout
  }

  /// Whether a container of this name exists.
  func exists(_ name: String) async throws -> Bool {
    try await shell.run(Command("docker", ["container", "inspect", name]), deadline: .soon).termination.isSuccess
  }
}
