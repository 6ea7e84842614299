import Foundation
import Testing

@testable import CloudUtil

/// Daemons that are not there, or go away.
@Suite(.docker) struct DockerDaemonTests {
  @Test("A daemon that does not answer is a clear error of every verb, and no reason to hang")
  func absent() async throws {
    try await DockerBench.use(address: "unix:///no/such/docker.sock") { bench in
      let spec = bench.spec("one", Command("true"))
      for verb in [
        { try await bench.engine.deploy([spec]) }, { try await bench.engine.remove(bench.tag) },
        { _ = try await bench.engine.find(experiment: "x") },
      ] as [@Sendable () async throws -> Void] {
        let error = await #expect(throws: ContainerError.self) { try await verb() }
        guard case .engine(.notAnswering, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
      guard case .unavailable(.engine(.notAnswering, _)) = try await bench.engine.availability(of: []) else {
        Issue.record("available")
        return
      }
    }
  }

  @Test("Docker that is not installed, and a socket that this user may not use, are told apart")
  func forbidden() async throws {
    let cases: [([String], DockerProblem)] = [
      (["env", "PATH=/nowhere"], .notInstalled),
      (["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/"], .notPermitted),
    ]
    for (prefix, problem) in cases {
      try await DockerBench.use(shell: PrefixedShell(prefix: prefix)) { bench in
        let availability = try await bench.engine.availability(of: [])
        #expect(availability == .unavailable(.engine(problem, host: "localhost")))
      }
    }
  }

  @Test("A daemon that is restarted, or goes away for good, ends every service and hangs nothing")
  func restarted() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("d-\(UUID().uuidString.prefix(8))").path
    let address = "unix://\(folder)/docker.sock"
    let shell = LocalShell()
    @Sendable func daemon(_ verb: String) async throws {
      try await shell.require(Command(DockerDaemon.script, [verb, folder]), deadline: .now + .seconds(60))
    }
    try await withTeardown {
      try await daemon("start")
      try await shell.require(DockerDaemon.makeImage(at: address), deadline: .now + .seconds(60))
      try await DockerBench.use(address: address) { bench in
        try await bench.start("one")
        try await withThrowingTaskGroup(of: ServiceExit.self) { group in
          group.addTask { try await bench.end(of: "one") }
          try await daemon("stop")
          try await daemon("start")
          for try await exit in group { #expect(exit.cause == nil) }
        }
        try await bench.start("two")
        try await withThrowingTaskGroup(of: ServiceExit.self) { group in
          group.addTask { try await bench.end(of: "two") }
          try await daemon("stop")
          for try await exit in group { #expect(exit.name == bench.name("two")) }
        }
        let error = await #expect(throws: ContainerError.self) { try await bench.start("three") }
        guard case .engine(.notAnswering, _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        try await daemon("start")
        try await bench.engine.remove(bench.tag)
      }
    } teardown: {
      try await daemon("stop")
      try FileManager.default.removeItem(atPath: folder)
    }
  }
}

/// Runs every command through another one.
private struct PrefixedShell: RemoteShell {
  let host = "localhost"
  let prefix: [String]
  private let shell = LocalShell()

  init(prefix: [String]) { self.prefix = prefix }

  func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    try await shell.run(prefixed(command), deadline: deadline)
  }

  func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output {
    try await shell.stream(prefixed(command), deadline: deadline, take)
  }

  func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws {}

  func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {}

  private func prefixed(_ command: Command) -> Command {
    var result = command
    result.executable = prefix[0]
    result.arguments = prefix.dropFirst() + [command.executable] + command.arguments
    return result
  }
}
