import NIOConcurrencyHelpers
import NIOCore
import Serving
import Testing
import Wire

@testable import Frontend

@Suite("Workers that fail")
struct WorkerLossTests {
  @Test("a worker that dies with a job loses no query", arguments: [QueueMode.singleQueue, .roundRobin])
  func dies(queueMode: QueueMode) async throws {
    let running = try RunningServer(queueMode: queueMode)
    defer { try? running.stop() }
    let hasJob = NIOLockedValueBox(false)
    let dying = try running.worker(0) { _, _ in
      hasJob.withLockedValue { $0 = true }
      return nil
    }
    let connections = try (0..<5).map { index in
      let connection = try running.connect()
      connection.post(floats: [Float(index), 0, 0, 0])
      return connection
    }
    #expect(try await running.eventually { hasJob.withLockedValue { $0 } })
    dying.die()
    try running.worker(1, FakeWorker.echo)
    for (index, connection) in connections.enumerated() {
      #expect(try connection.reply().output == [Float(index), 0, 0, 0])
    }
    let probe = try running.connect()
    probe.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
    let metrics = try probe.reply().body
    #expect(metrics.contains("\nrun_exp_requeued_total 1\n"))
    #expect(metrics.contains("\nrun_exp_workers_lost_total 1\n"))
    #expect(metrics.contains("\nrun_exp_answered_total{source=\"own\"} 5\n"))
  }

  @Test("an input that the worker cannot use is a 400, a model that fails a 500, and the rest of the batch is answered")
  func mixedBatch() throws {
    let running = try RunningServer(batchSize: 3)
    defer { try? running.stop() }
    try running.worker(0) { _, inputs in
      inputs.items.map { item in
        switch item.floats[0] {
        case 0: .badInput("it is zero")
        case 1: .failed("it is one")
        default: .output(item)
        }
      }
    }
    let connections = try (0..<3).map { _ in try running.connect() }
    for (index, connection) in connections.enumerated() { connection.post(floats: [Float(index), 0, 0, 0]) }
    let replies = try connections.map { try $0.reply() }
    #expect(replies.map(\.status).sorted() == [200, 400, 500])
    #expect(replies.map(\.body).contains("{\"error\":\"it is zero\"}"))
    #expect(replies.map(\.body).contains("{\"error\":\"it is one\"}"))
  }

  @Test("too few results, outputs that are no floats, NaN, and jobs it never had do no harm")
  func wrongOutputs() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let worker = try running.worker(0) { _, inputs in
      switch inputs.items[0].floats[0] {
      case 0: []
      case 1: [.output(ByteBuffer(bytes: [1, 2, 3]))]
      case 2: [.output(ByteBuffer(bytes: ([.nan, .infinity, 3] as [Float]).littleEndianBytes))]
      default: inputs.items.map { .output($0) }
      }
    }
    let connection = try running.connect()
    for (input, status) in [(0, 500), (1, 500), (2, 200), (3, 200)] as [(Float, Int)] {
      for job in [-1, 0, 1, 2, 3, 4, Int.max] { try worker.say(.outputs(JobID(job), service_ns: 1, [.failed("?")])) }
      connection.post(floats: [input, 0, 0, 0])
      let reply = try connection.reply()
      #expect(reply.status == status, "\(reply.body)")
      if input == 2 { #expect(reply.body.contains("\"output\":[null,null,3.0]")) }
    }
  }
}
