import NIOCore
import NIOPosix
import Serving
import Testing
import Wire

@testable import Client

@Suite("The load generator, against a server in this process", .serialized, .timeLimit(.minutes(1)))
struct LoadGeneratorTests {
  private let group = MultiThreadedEventLoopGroup.singleton

  private func workload(count: Int, warmup: Int = 0, rate: Double = 2000) throws -> Workload {
    let samples = try Payload("floats:64").samples(seed: 5)
    let load = Load(seed: 11, rate_per_s: rate, total: count, warmup: warmup, samples: samples.count)
    return Workload(
      contentType: "application/octet-stream", samples: samples, plan: try Schedule(load).schedule(forClient: 0))
  }

  private func run(
    _ workload: Workload, port: Int, timeout: Duration = .seconds(20),
    meanwhile: (LoadRun) async throws -> Void = { _ in }
  ) async throws -> LoadResult {
    try await timedRun(workload, port: port, timeout: timeout, meanwhile: meanwhile).result
  }

  private func timedRun(
    _ workload: Workload, port: Int, timeout: Duration = .seconds(20),
    meanwhile: (LoadRun) async throws -> Void = { _ in }
  ) async throws -> (start_ns: Int64, result: LoadResult) {
    let target = Target(host: "127.0.0.1", port: port, path: "/example/predict")
    let clock = Clock()
    let loop = group.next()
    let run = try await NIOThreadPool.singleton.runIfActive {
      try LoadRun(workload, target: target, timeout: timeout, eventLoop: loop, clock: clock)
    }
    try await run.open(connections: 2).get()
    let start = clock.now() + .milliseconds(5)
    run.start(at: start)
    try await meanwhile(run)
    return (start.nanoseconds, try await run.finished.get())
  }

  /// Waits for something that is certain to come; the suite's time limit is the deadline.
  private func until(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(2)) }
  }

  @Test("Every query is sent though no reply has come: the first reply is held until the last query is there")
  func openLoop() async throws {
    let server = try PredictionServer { _ in .hold }
    let result = try await run(workload(count: 400), port: server.port) { run in
      #expect(try await run.sent.get() == 400)
      try await until { server.heldReplies == 400 }
      server.releaseHeld()
    }
    #expect(result.outcomes.count == 400)
    #expect(result.outcomes.allSatisfy { $0.status == 200 && $0.sent_ns != nil && $0.received_ns != nil })
    #expect(!result.isStopped)
  }

  @Test("No query is sent before its instant, and none is received before it is sent")
  func order() async throws {
    let server = try PredictionServer()
    let load = try workload(count: 500)
    let (start_ns, result) = try await timedRun(load, port: server.port)
    for (query, outcome) in zip(load.plan, result.outcomes) {
      let (sent_ns, received_ns) = (try #require(outcome.sent_ns), try #require(outcome.received_ns))
      #expect(start_ns + query.offset.nanoseconds <= sent_ns)
      #expect(sent_ns <= received_ns)
    }
  }

  @Test("Quick replies travel on few connections, which are kept alive")
  func keepAlive() async throws {
    let server = try PredictionServer()
    let result = try await run(workload(count: 100, rate: 100), port: server.port)
    #expect(result.outcomes.allSatisfy { $0.status == 200 })
    #expect(server.connections < 100)
  }

  @Test("What a query carries is the sample of the schedule, with its number, and its phase while warming up")
  func requests() async throws {
    let server = try PredictionServer()
    let load = try workload(count: 120, warmup: 30)
    _ = try await run(load, port: server.port)
    let requests = Dictionary(grouping: server.requests) { $0.query ?? -1 }
    #expect(requests.count == 120)
    for query in load.plan {
      let request = try #require(requests[query.query]?.first)
      #expect(requests[query.query]?.count == 1)
      #expect(request.path == "/example/predict")
      #expect(request.headers.first(name: "phase") == (query.isWarmup ? "warmup" : nil))
      #expect(request.headers.first(name: "content-type") == "application/octet-stream")
      #expect(request.body == load.samples[query.sample].body)
    }
  }

  @Test("Whatever the server does to a query, it has its row, and the others have their replies")
  func hostileServer() async throws {
    let server = try PredictionServer { request in
      switch (request.query ?? 0) % 10 {
      case 1: .never
      case 2: .close
      case 3: .closeHalfway
      case 4: .replyAndClose
      case 5: .fragments
      case 6: .garbage
      case 7: .reply(status: 503)
      default: .reply()
      }
    }
    let load = try workload(count: 300)
    let result = try await run(load, port: server.port, timeout: .seconds(5))
    #expect(result.outcomes.count == 300)
    for (query, outcome) in zip(load.plan, result.outcomes) {
      let kind = query.query % 10
      #expect(outcome.sent_ns != nil)
      let status: UInt16? = [1, 2, 3, 6].contains(kind) ? nil : kind == 7 ? 503 : 200
      #expect(outcome.status == status, "query \(query.query)")
      #expect((outcome.received_ns != nil) == (status != nil))
      #expect(outcome.predicted == (status == nil ? nil : Int32(PredictionServer.prediction(query: query.query))))
    }
  }

  @Test("A body larger than a socket's buffer arrives whole, though others are sent meanwhile")
  func largeBodies() async throws {
    let server = try PredictionServer()
    var load = try workload(count: 20, rate: 500)
    load.samples = load.samples.indices.map {
      Sample(body: ByteBuffer(repeating: UInt8($0 % 251), count: (2 << 20) + $0), label: nil)
    }
    let result = try await run(load, port: server.port)
    #expect(result.outcomes.allSatisfy { $0.status == 200 })
    let received = Dictionary(uniqueKeysWithValues: server.requests.map { ($0.query, $0.body) })
    for query in load.plan { #expect(received[query.query] == load.samples[query.sample].body) }
  }

  @Test("Connections that the server closes while they are idle are replaced, and no query is lost to them")
  func idleClose() async throws {
    // A connection that has carried a query is closed after its reply, unannounced.
    let server = try PredictionServer { _ in .replyAndClose }
    let result = try await run(workload(count: 300), port: server.port)
    #expect(result.outcomes.allSatisfy { $0.status == 200 })
    #expect(server.connections >= 300)
  }

  @Test("A server that goes away for a while loses the queries of that time, and only those")
  func restart() async throws {
    let first = try PredictionServer()
    let port = first.port
    let load = try workload(count: 600, rate: 400)
    let result = try await run(load, port: port, timeout: .seconds(3)) { run in
      try await until { first.requests.count >= 100 }
      try await first.stop()
      let second = try PredictionServer(port: port)
      _ = try await run.finished.get()
      #expect(second.requests.contains { $0.query == 599 })
    }
    #expect(result.outcomes.count == 600)
    #expect(result.outcomes.prefix(90).allSatisfy { $0.status == 200 })
    #expect(result.outcomes.count { $0.status == 200 } > 150)
  }

  @Test("Stopped, it gives the outcomes of the queries whose instant had come")
  func stop() async throws {
    let server = try PredictionServer()
    let result = try await run(workload(count: 10_000, rate: 100), port: server.port) { run in
      try await until { server.requests.count >= 10 }
      run.stop()
    }
    #expect(result.isStopped)
    #expect((10..<10_000).contains(result.outcomes.count))
  }

  @Test("What is unanswered when time is up has no reply")
  func timeUp() async throws {
    let server = try PredictionServer { _ in .never }
    let result = try await run(workload(count: 50), port: server.port, timeout: .seconds(1))
    #expect(result.outcomes.count == 50)
    #expect(result.outcomes.allSatisfy { $0.sent_ns != nil && $0.received_ns == nil && $0.status == nil })
    #expect(!result.isStopped)
  }

  @Test("A client whose share of the load is nothing is done at once")
  func nothing() async throws {
    let server = try PredictionServer()
    var load = try workload(count: 1)
    load.plan = []
    let result = try await run(load, port: server.port)
    #expect(result.outcomes.isEmpty)
  }

  @Test("Where nothing listens, opening fails and says where and why")
  func nobody() async throws {
    let port = try RedisServer.freePort()
    await #expect(
      throws: ClientError(
        .infrastructure, "cannot connect to 127.0.0.1:\(port): Connection refused; is the frontend running there?")
    ) {
      _ = try await run(try workload(count: 1), port: port)
    }
  }
}
