import Control
import Foundation
import Testing

@testable import Worker

@Suite struct FrontendLookupTests {
  private static let hasRedis = ["/usr/bin", "/usr/local/bin"]
    .contains { FileManager.default.isExecutableFile(atPath: $0 + "/redis-server") }

  @Test(
    "A worker waits for the frontend's address in Redis and dials it",
    .enabled(if: hasRedis || isAllRequired, "needs redis-server"))
  func throughRedis() throws {
    let redis = try Redis()
    let worker = try WorkerProcess(
      [
        "--redis", "127.0.0.1:\(redis.port)", "--run", "r1", "--number", "5", "--pool", "approximate",
        "--model", "dummy", "--input", "floats:4",
      ], environment: ["RUN_EXP_REDIS_PASSWORD": Redis.password])
    let frontend = try FakeFrontend()
    try redis.channel.setFrontendAddress(.init(host: "127.0.0.1", httpPort: 1, linkPort: frontend.port))
    let hello = try frontend.accept().next()
    #expect(hello == .hello(.init(secret: WorkerProcess.secret, pool: .approximate, worker: 5)))
    worker.terminate()
    #expect(worker.exitCode() == 0)

    let stranger = try WorkerProcess(
      [
        "--redis", "127.0.0.1:\(redis.port)", "--run", "r1", "--number", "5", "--pool", "base", "--model", "dummy",
        "--input", "floats:4",
      ], environment: ["RUN_EXP_REDIS_PASSWORD": "wrong"])
    #expect(stranger.exitCode() == 69)
  }

  @Test("A Redis that is not there ends the worker with 69")
  func noRedis() throws {
    let port = try FakeFrontend().port
    let worker = try WorkerProcess([
      "--redis", "127.0.0.1:\(port)", "--run", "r1", "--number", "1", "--pool", "base", "--model", "dummy",
      "--input", "floats:4",
    ])
    #expect(worker.exitCode() == 69)
    #expect(worker.errorLines().last?.contains("redis") == true)
  }
}

/// A redis-server of the test's own.
private final class Redis {
  static let password = "swordfish"
  let port: Int
  let channel: ControlChannel
  private let process = Process()

  init() throws {
    // The port of a listener that has just been closed is free, unless somebody was quick.
    let port = try FakeFrontend().port
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--requirepass", Redis.password, "--save", "",
      "--appendonly", "no",
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    self.port = port
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      do {
        channel = try ControlChannel(host: "127.0.0.1", port: port, password: Redis.password, run: "r1")
        return
      } catch {
        guard ContinuousClock.now < deadline, process.isRunning else { throw error }
        usleep(10_000)
      }
    }
  }

  deinit {
    // Started from a thread that blocks signals, it does not hear SIGTERM.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
