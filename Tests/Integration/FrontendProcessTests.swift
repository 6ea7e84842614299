import Control
import Foundation
import Testing

@Suite("The frontend as a process")
struct FrontendProcessTests {
  private let secret = ["RUN_EXP_LINK_SECRET": "integration"]

  /// The port after `key=` in the line that says where a frontend listens.
  private func port(_ key: String, in text: String) throws -> String {
    let address = try #require(text.firstRange(of: "\(key)=127.0.0.1:"))
    return String(text[address.upperBound...].prefix { $0.isNumber })
  }

  @Test("alone it says where it listens, serves a worker and a client, and on SIGTERM writes its records")
  func alone() async throws {
    let folder = try TemporaryFolder()
    let frontend = try ServingProcess(
      "frontend",
      ["--mode", "none", "--input", "floats:64", "--port", "0", "--records", folder.path("records")],
      environment: secret)
    let text = try await frontend.says("listening")
    let worker = try ServingProcess(
      "worker",
      ["--frontend", "127.0.0.1:\(try port("links", in: text))", "--number", "0", "--pool", "base"]
        + ["--model", "dummy", "--input", "floats:64"], environment: secret)
    _ = try await frontend.says("worker/0 joined")
    let client = try ClientProcess([
      "--url", "http://127.0.0.1:\(try port("http", in: text))/example/predict", "--rate", "500", "--count", "50",
      "--payload", "floats:64", "--records", folder.path("client.csv"),
    ])
    #expect(try await client.exit().code == 0)
    #expect(try folder.rows("client.csv").allSatisfy { $0["status"] == "200" })
    frontend.signal(SIGTERM)
    #expect(try await frontend.exit().code == 0)
    let rows = try folder.rows("records/frontend.csv")
    #expect(rows.count == 50)
    #expect(rows.allSatisfy { $0["source"] == "own" && $0["worker"] == "0" })
    worker.signal(SIGTERM)
    _ = try await worker.exit()
  }

  @Test("with Redis it publishes its address, tells who is here, drains, finishes, and outlives Redis")
  func withRedis() async throws {
    let redis = try RedisServer()
    let runner = try redis.channel()
    let frontend = try ServingProcess(
      "frontend",
      [
        "--redis", "127.0.0.1:\(redis.port)", "--run", "test", "--mode", "coded", "--input", "floats:64", "--port", "0",
      ],
      environment: secret.merging(["RUN_EXP_REDIS_PASSWORD": redis.password]) { $1 })
    #expect(try runner.nextAnnouncement(timeout: .seconds(20)) == Announcement(.frontend, .ready))
    let address = try #require(try runner.frontendAddress())
    let worker = try ServingProcess(
      "worker",
      ["--frontend", "127.0.0.1:\(address.linkPort)", "--number", "7", "--pool", "parity:0"]
        + ["--model", "dummy", "--input", "floats:64"], environment: secret)
    #expect(try runner.nextAnnouncement(timeout: .seconds(20)) == Announcement(Component("parity/7"), .ready))
    worker.signal(SIGKILL)
    let lost = try #require(try runner.nextAnnouncement(timeout: .seconds(20)))
    #expect(lost.component == Component("parity/7") && lost.state == .lost)
    try runner.order(.drain(queries: 0), to: .frontend)
    try runner.order(.finish, to: .frontend)
    #expect(try runner.nextAnnouncement(timeout: .seconds(20)) == Announcement(.frontend, .done))

    redis.stop()
    _ = try await frontend.says("no orders until redis is back")
    let another = try ServingProcess(
      "worker",
      ["--frontend", "127.0.0.1:\(address.linkPort)", "--number", "0", "--pool", "base"]
        + ["--model", "dummy", "--input", "floats:64"], environment: secret)
    let folder = try TemporaryFolder()
    let client = try ClientProcess([
      "--url", "http://127.0.0.1:\(address.httpPort)/example/predict", "--rate", "500", "--count", "20",
      "--payload", "floats:64", "--records", folder.path("client.csv"),
    ])
    #expect(try await client.exit().code == 0)
    #expect(try folder.rows("client.csv").allSatisfy { $0["status"] == "200" })
    another.signal(SIGTERM)
    _ = try await another.exit()
    frontend.signal(SIGINT)
    #expect(try await frontend.exit().code == 0)
  }

  @Test("a usage error exits 64, a port that is taken or a Redis that is not there 69, and says which")
  func failures() async throws {
    let usage = try await ServingProcess("frontend", ["--mode", "none", "--input", "floats:0"]).exit()
    #expect(usage.code == 64 && usage.errors.contains("--input"))
    let k = try await ServingProcess("frontend", ["--mode", "coded", "--k", "1", "--input", "images"]).exit()
    #expect(k.code == 64 && k.errors.contains("--k is 1"))

    let first = try ServingProcess("frontend", ["--mode", "none", "--input", "images", "--port", "0"])
    let port = try port("http", in: try await first.says("listening"))
    let second = try await ServingProcess("frontend", ["--mode", "none", "--input", "images", "--port", port]).exit()
    #expect(second.code == 69 && second.errors.contains("127.0.0.1:\(port)"))
    first.signal(SIGTERM)
    #expect(try await first.exit().code == 0)

    let away = ["--redis", "127.0.0.1:\(port)", "--run", "test"]
    let third = try await ServingProcess("frontend", ["--mode", "none", "--input", "images"] + away).exit()
    #expect(third.code == 69 && third.errors.contains("redis"))
  }
}
