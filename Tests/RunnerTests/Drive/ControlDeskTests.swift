import CloudUtil
import Control
import Foundation
import Synchronization
import Testing

@testable import Runner

@Suite struct ControlDeskTests {
  /// Starts a Redis at `port`, whose process is to be killed.
  private func redis(_ port: Int) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--requirepass", "pw",
    ]
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func stop(_ process: Process) {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// What Redis has as the status once it is `wanted`, or after twenty seconds.
  private func status(_ port: Int, wanted: String) async throws -> String {
    var found = ""
    for _ in 0..<400 {
      found = try await LocalShell().run(
        Command("redis-cli", ["-p", "\(port)", "-a", "pw", "--no-auth-warning", "GET", "run_exp:r:status"]),
        deadline: .now + .seconds(5)
      ).stdout.trimmingCharacters(in: .whitespacesAndNewlines)
      if found == wanted { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    return found
  }

  @Test("The status in Redis follows the run's, also after Redis was away")
  func status() async throws {
    let port = try LoopbackPort.free()
    let desk = ControlDesk(host: "127.0.0.1", port: port, password: "pw", run: "r")
    defer { desk.close() }
    let current = Mutex("trial 1")
    // Before there is a Redis at all.
    desk.keepStatus { current.withLock { $0 } }
    let first = try redis(port)
    defer { stop(first) }
    #expect(try await status(port, wanted: "trial 1") == "trial 1")
    current.withLock { $0 = "trial 2" }
    #expect(try await status(port, wanted: "trial 2") == "trial 2")
    stop(first)
    current.withLock { $0 = "trial 3" }
    let second = try redis(port)
    defer { stop(second) }
    #expect(try await status(port, wanted: "trial 3") == "trial 3")
  }
}
