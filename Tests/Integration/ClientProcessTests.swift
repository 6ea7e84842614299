import Control
import Foundation
import NIOPosix
import Serving
import Testing
import Wire

@Suite("The client as a process", .serialized, .timeLimit(.minutes(1)))
struct ClientProcessTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func url(_ port: Int) -> String { "http://127.0.0.1:\(port)/example/predict" }

  @Test("Alone, it prints a table, leaves a row a query and exits 0")
  func alone() async throws {
    let server = try PredictionServer()
    let arguments = ["--rate", "1000", "--count", "200", "--warmup", "20", "--records", folder.path("out.csv")]
    let exit = try await ClientProcess(["--url", url(server.port)] + arguments).exit()
    #expect(exit.code == 0, "\(exit.errors)")
    let lines = exit.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(2) == ["CLIENT_LATENCY (ms)", "NUM\tMED\tMEAN\tP99\tP99.5\tP99.9"])
    #expect(lines.dropFirst(2).first?.hasPrefix("180\t") == true)
    #expect(lines.contains("200\t180"))
    let rows = try folder.rows("out.csv")
    #expect(rows.map { $0["query"] } == (0..<200).map(String.init))
    #expect(rows.map { $0["warmup"] } == (0..<200).map { $0 < 20 ? "1" : "0" })
    #expect(rows.allSatisfy { $0["status"] == "200" && $0["label"] == "" })
    for row in rows { #expect(row["predicted"] == row["query"].flatMap { Int($0) }.map { "\($0 % 10)" }) }
    #expect(try folder.names == ["out.csv"])
  }

  @Test("Clients that share a load send each query once between them, under its number, with its label")
  func shared() async throws {
    let row = (0..<64).map { "\($0 % 17)" }.joined(separator: ",")
    let digits = (0..<10).map { "\($0),\(row)" }.joined(separator: "\n")
    try digits.write(toFile: folder.path("digits.csv"), atomically: true, encoding: .utf8)
    let server = try PredictionServer()
    for client in 0..<3 {
      let exit = try await ClientProcess([
        "--url", url(server.port), "--client", "\(client)", "--clients", "3", "--rate", "500", "--count", "100",
        "--payload", "digits:" + folder.path("digits.csv"), "--records", folder.path("\(client).csv"), "--seed", "9",
      ]).exit()
      #expect(exit.code == 0, "\(exit.errors)")
    }
    let rows = try (0..<3).flatMap { try folder.rows("\($0).csv") }
    #expect(rows.compactMap { $0["query"].flatMap { Int($0) } }.sorted() == Array(0..<100))
    #expect(rows.allSatisfy { $0["label"] == $0["sample"] })
    #expect(server.requests.allSatisfy { $0.body.readableBytes == 256 })
  }

  @Test(
    "What cannot be used is one clear line, and an exit code of its own",
    arguments: [
      (["--url", "http://127.0.0.1:1/", "--rate", "0", "--count", "1"], 64, "--rate"),
      (["--url", "http://127.0.0.1:1/", "--rate", "-5", "--count", "1"], 64, "rate"),
      (["--url", "http://127.0.0.1:1/", "--rate", "nan", "--count", "1"], 64, "--rate"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1e21", "--count", "1"], 64, "up to 1000000 queries/s"),
      (["--url", "http://127.0.0.1:1/", "--rate", "inf", "--count", "1"], 64, "--rate"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "0"], 64, "--count"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "9000000000000000000"], 64, "from 1 to 1000000000"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "5", "--warmup", "6"], 64, "--warmup"),
      (["--url", "https://127.0.0.1/", "--rate", "1", "--count", "1"], 64, "--url"),
      (["--rate", "1", "--count", "1"], 64, "--url or --redis"),
      (["--redis", "127.0.0.1:1", "--rate", "1", "--count", "1"], 64, "--run"),
      (["--redis", "nowhere", "--run", "x", "--rate", "1", "--count", "1"], 64, "HOST:PORT"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1", "--client", "1"], 64, "--client"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1", "--payload", "x"], 64, "--payload"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1", "--arrivals", "x"], 64, "--arrivals"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1", "--payload", "images:/none"], 65, "/none"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1", "--arrivals", "trace:/none"], 65, "/none"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1", "--records", "/none/x.csv"], 69, "/none/x.csv"),
      (["--url", "http://127.0.0.1:1/", "--rate", "1", "--count", "1"], 69, "127.0.0.1:1: Connection refused"),
      (["--redis", "127.0.0.1:1", "--run", "x", "--rate", "1", "--count", "1"], 69, "redis at 127.0.0.1:1"),
    ] as [([String], Int32, String)])
  func refused(arguments: [String], code: Int32, saying: String) async throws {
    let exit = try await ClientProcess(arguments).exit()
    #expect(exit.code == code)
    #expect(exit.errors.contains(saying), "\(exit.errors)")
    #expect(exit.output.isEmpty)
  }

  @Test("A trace is sent as it was recorded; one that is too short or not of numbers is refused")
  func trace() async throws {
    let server = try PredictionServer()
    try "0\n0.01\n0.01\n0.15\n".write(toFile: folder.path("trace"), atomically: true, encoding: .utf8)
    func run(count: Int) async throws -> ClientProcess.Exit {
      try await ClientProcess([
        "--url", url(server.port), "--rate", "1", "--count", "\(count)", "--arrivals", "trace:" + folder.path("trace"),
        "--records", folder.path("out.csv"),
      ]).exit()
    }
    #expect(try await run(count: 4).code == 0)
    let scheduled = try folder.rows("out.csv").compactMap { $0["scheduled_ns"].flatMap { Int64($0) } }
    #expect(scheduled.map { $0 - scheduled[0] } == [0, 10_000_000, 10_000_000, 150_000_000])
    #expect(try await run(count: 5).code == 65)
    try "0\nsoon\n".write(toFile: folder.path("trace"), atomically: true, encoding: .utf8)
    let exit = try await run(count: 2)
    #expect(exit.code == 65)
    #expect(exit.errors.contains("line 2"))
  }

  @Test("A signal ends it with the records so far", arguments: [SIGINT, SIGTERM])
  func signals(number: Int32) async throws {
    let server = try PredictionServer { $0.query.map { $0 % 2 == 0 } == true ? .reply() : .never }
    let client = try ClientProcess([
      "--url", url(server.port), "--rate", "200", "--count", "100000", "--records", folder.path("out.csv"),
    ])
    try await until { server.requests.count >= 40 }
    client.signal(number)
    let exit = try await client.exit()
    #expect(exit.code == 130)
    let rows = try folder.rows("out.csv")
    #expect((40..<100_000).contains(rows.count))
    #expect(rows.count { $0["status"] == "200" } >= 15)
  }

  // MARK: In a trial

  private func trialClient(_ redis: RedisServer, count: Int = 50) throws -> ClientProcess {
    try ClientProcess(
      [
        "--redis", "127.0.0.1:\(redis.port)", "--run", "test", "--app", "example", "--rate", "500", "--count",
        "\(count)",
        "--records", folder.path("client_0.csv"), "--timeout-s", "5",
      ], environment: ["RUN_EXP_REDIS_PASSWORD": redis.password])
  }

  /// The announcement of this number, from 0.
  private func announcement(_ number: Int, _ redis: RedisServer) async throws -> Announcement? {
    let (port, password) = (redis.port, redis.password)
    return try await NIOThreadPool.singleton.runIfActive {
      let channel = try ControlChannel(host: "127.0.0.1", port: port, password: password, run: "test")
      for _ in 0..<number { _ = try channel.nextAnnouncement(timeout: .seconds(30)) }
      return try channel.nextAnnouncement(timeout: .seconds(30))
    }
  }

  private func until(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(2)) }
  }

  private let component = Component(role: "client", 0)

  @Test("In a trial it is ready, starts at the instant it is told, says what it sent and that it is done")
  func trial() async throws {
    let (redis, server) = (try RedisServer(), try PredictionServer())
    let runner = try redis.channel()
    let client = try trialClient(redis)
    try runner.setFrontendAddress(FrontendAddress(host: "127.0.0.1", httpPort: server.port, linkPort: 1))
    #expect(try await announcement(0, redis) == Announcement(component, .ready))
    #expect(server.requests.isEmpty)
    let start = Clock().now() + .milliseconds(100)
    try runner.order(.go(start_ns: start.nanoseconds), to: component)
    #expect(try await announcement(1, redis) == Announcement(component, .sent, detail: "50"))
    #expect(try await announcement(2, redis) == Announcement(component, .done))
    let exit = try await client.exit()
    #expect(exit.code == 0, "\(exit.errors)")
    #expect(exit.output.isEmpty)
    #expect(server.requests.allSatisfy { $0.path == "/example/predict" })
    let rows = try folder.rows("client_0.csv")
    #expect(rows.count == 50)
    #expect(
      rows.allSatisfy { $0["status"] == "200" && ($0["scheduled_ns"].flatMap { Int64($0) } ?? 0) >= start.nanoseconds })
  }

  @Test("It says that it has sent everything before the replies are there")
  func sentBeforeReplies() async throws {
    let (redis, server) = (try RedisServer(), try PredictionServer { _ in .hold })
    let runner = try redis.channel()
    try runner.setFrontendAddress(FrontendAddress(host: "127.0.0.1", httpPort: server.port, linkPort: 1))
    let client = try trialClient(redis)
    #expect(try await announcement(0, redis)?.state == .ready)
    try runner.order(.go(start_ns: Clock().now().nanoseconds), to: component)
    #expect(try await announcement(1, redis) == Announcement(component, .sent, detail: "50"))
    try await until { server.heldReplies == 50 }
    server.releaseHeld()
    #expect(try await announcement(2, redis) == Announcement(component, .done))
    #expect(try await client.exit().code == 0)
  }

  @Test("When Redis dies after the start, the run goes on and its records are written")
  func redisDies() async throws {
    let (redis, server) = (try RedisServer(), try PredictionServer())
    let runner = try redis.channel()
    try runner.setFrontendAddress(FrontendAddress(host: "127.0.0.1", httpPort: server.port, linkPort: 1))
    let client = try trialClient(redis, count: 500)
    #expect(try await announcement(0, redis)?.state == .ready)
    try runner.order(.go(start_ns: Clock().now().nanoseconds), to: component)
    try await until { server.requests.count >= 20 }
    redis.stop()
    let exit = try await client.exit()
    #expect(exit.code == 0)
    #expect(exit.errors.contains("redis is gone, the run goes on without it"))
    let rows = try folder.rows("client_0.csv")
    #expect(rows.count == 500)
    #expect(rows.allSatisfy { $0["status"] == "200" })
  }

  @Test("A frontend that cannot be reached is announced as a failure, with the reason")
  func noFrontend() async throws {
    let redis = try RedisServer()
    let port = try RedisServer.freePort()
    try redis.channel().setFrontendAddress(FrontendAddress(host: "127.0.0.1", httpPort: port, linkPort: 1))
    let exit = try await trialClient(redis).exit()
    #expect(exit.code == 69)
    let failed = try #require(try await announcement(0, redis))
    #expect(failed.state == .failed)
    #expect(failed.detail.contains("127.0.0.1:\(port): Connection refused"))
    #expect(try folder.names.isEmpty)
  }

  @Test("A signal before the start ends it at once, and leaves no file")
  func signalBeforeStart() async throws {
    let (redis, server) = (try RedisServer(), try PredictionServer())
    try redis.channel().setFrontendAddress(FrontendAddress(host: "127.0.0.1", httpPort: server.port, linkPort: 1))
    let client = try trialClient(redis)
    #expect(try await announcement(0, redis)?.state == .ready)
    client.signal(SIGTERM)
    #expect(try await client.exit().code == 130)
    #expect(try folder.names.isEmpty)
  }
}
