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
    try await OwnDaemon.use { daemon in
      try await DockerBench.use(address: daemon.address) { bench in
        try await bench.start("one")
        try await withThrowingTaskGroup(of: ServiceExit.self) { group in
          group.addTask { try await bench.end(of: "one") }
          try await daemon.run("stop")
          try await daemon.run("start")
          for try await exit in group { #expect(exit.cause == nil) }
        }
        try await bench.start("two")
        try await withThrowingTaskGroup(of: ServiceExit.self) { group in
          group.addTask { try await bench.end(of: "two") }
          try await daemon.run("stop")
          for try await exit in group { #expect(exit.name == bench.name("two")) }
        }
        let error = await #expect(throws: ContainerError.self) { try await bench.start("three") }
        guard case .engine(.notAnswering, _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        try await daemon.run("start")
        try await bench.engine.remove(bench.tag)
      }
    }
  }

  @Test("A full disk of the daemon is told as such")
  func fullDisk() async throws {
    try await OwnDaemon.use(size: "size=32m") { daemon in
      try await DockerBench.use(address: daemon.address) { bench in
        _ = try await bench.shell.run(
          Command("dd", ["if=/dev/zero", "of=\(daemon.folder)/fill", "bs=64k"]), deadline: .soon)
        let error = await #expect(throws: ContainerError.self) { try await bench.start("one") }
        guard case .engine(.diskFull, _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        try FileManager.default.removeItem(atPath: "\(daemon.folder)/fill")
      }
    }
  }
}

/// A daemon beside the usual one, with the image of the tests, all of it in a file system in memory.
private struct OwnDaemon {
  let folder: String

  var address: String { "unix://\(folder)/docker.sock" }

  @Sendable func run(_ verb: String) async throws {
    try await LocalShell().require(Command(DockerDaemon.script, [verb, folder]), deadline: .now + .seconds(60))
  }

  static func use(size: String = "size=256m", _ body: (OwnDaemon) async throws -> Void) async throws {
    let shell = LocalShell()
    let name = "d-\(UUID().uuidString.prefix(8))"
    let daemon = OwnDaemon(folder: FileManager.default.temporaryDirectory.appendingPathComponent(name).path)
    try FileManager.default.createDirectory(atPath: daemon.folder, withIntermediateDirectories: true)
    try await withTeardown {
      try await shell.require(Command("mount", ["-t", "tmpfs", "-o", size, name, daemon.folder]), deadline: .soon)
      try await daemon.run("start")
      try await shell.require(DockerDaemon.makeImage(at: daemon.address), deadline: .now + .seconds(60))
      try await body(daemon)
    } teardown: {
      try await daemon.run("stop")
      try await shell.require(Command("umount", [daemon.folder]), deadline: .soon)
      try FileManager.default.removeItem(atPath: daemon.folder)
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
