import Serving
import Testing

@testable import Frontend

@Suite("Queries over HTTP")
struct QueryTests {
  @Test("JSON, raw floats and JSON without a content type say the same input")
  func bodies() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    let floats: [Float] = [1.5, -2, 1e-30, 3e20]
    connection.post(Body.json(floats: floats))
    #expect(try connection.reply().output == floats)
    connection.post(Body.json(floats: floats), type: nil)
    #expect(try connection.reply().output == floats)
    connection.post(Body.json(floats: floats), type: "Application/JSON; charset=utf-8")
    #expect(try connection.reply().output == floats)
    connection.post(floats: floats)
    #expect(try connection.reply().output == floats)
  }

  @Test("the reply has the sender's number, else the frontend's, and says where the answer came from")
  func numbers() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    connection.post(floats: [0, 1, 2, 3], headers: "Query: 4711\r\n")
    let reply = try connection.reply()
    #expect(reply.body == "{\"query_id\":4711,\"output\":[0.0,1.0,2.0,3.0],\"default\":false,\"source\":\"own\"}")
    connection.post(floats: [0, 1, 2, 3])
    #expect(try connection.reply().body.hasPrefix("{\"query_id\":1,"))
  }

  @Test("pipelined requests are answered in their order")
  func pipelined() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    for worker in 0..<4 { try running.worker(UInt32(worker), FakeWorker.echo) }
    let connection = try running.connect()
    for index in 0..<500 {
      if index % 7 == 3 { connection.send("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n") }
      connection.post(floats: [Float(index), 0, 0, 0])
    }
    for index in 0..<500 {
      if index % 7 == 3 { #expect(try connection.reply().body == "ok") }
      #expect(try connection.reply().output == [Float(index), 0, 0, 0])
    }
  }

  @Test("a request in single bytes is a request")
  func dribbled() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    let body = Body.json(floats: [1, 2, 3, 4])
    let head = "POST /example/predict HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.count)\r\n\r\n"
    for byte in Array(head.utf8) + body { connection.send([byte]) }
    #expect(try connection.reply().output == [1, 2, 3, 4])
  }

  @Test("a sender that asks to close, or speaks HTTP/1.0, is answered and closed", arguments: ["1.1", "1.0"])
  func closes(version: String) throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    let close = version == "1.1" ? "Connection: close\r\n" : ""
    let head = "POST /example/predict HTTP/\(version)\r\nHost: test\r\n\(close)"
    connection.send(head + "Content-Type: application/octet-stream\r\nContent-Length: 16\r\n\r\n")
    connection.send(([1, 2, 3, 4] as [Float]).littleEndianBytes)
    #expect(try connection.reply().output == [1, 2, 3, 4])
    #expect(connection.isClosedByPeer())
  }

  @Test("a sender that waits for leave gets it")
  func expectContinue() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    connection.send(
      "POST /example/predict HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
        + "Content-Type: application/octet-stream\r\nContent-Length: 16\r\n\r\n")
    #expect(try connection.reply().status == 100)
    connection.send(([1, 2, 3, 4] as [Float]).littleEndianBytes)
    #expect(try connection.reply().output == [1, 2, 3, 4])
  }

  @Test("beyond the queries allowed in flight a query is refused with Retry-After; those in flight are answered")
  func overload() async throws {
    let running = try RunningServer(maxInFlight: 2)
    defer { try? running.stop() }
    let waiting = try (0..<2).map { index in
      let connection = try running.connect()
      connection.post(floats: [Float(index), 0, 0, 0])
      return connection
    }
    let probe = try running.connect()
    _ = try await running.eventually {
      probe.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
      return try probe.reply().body.contains("\nrun_exp_in_flight 2\n")
    }
    probe.post(floats: [9, 9, 9, 9])
    let refusal = try probe.reply()
    #expect(refusal.status == 503)
    #expect(refusal.headers["retry-after"] == "1")
    try running.worker(0, FakeWorker.echo)
    for (index, connection) in waiting.enumerated() {
      #expect(try connection.reply().output == [Float(index), 0, 0, 0])
    }
  }

  @Test("a query past its deadline is answered by the default output")
  func defaultOutput() throws {
    let running = try RunningServer(deadline: .milliseconds(50))
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.silent)
    let connection = try running.connect()
    connection.post(floats: [1, 2, 3, 4], headers: "query: 5\r\n")
    #expect(try connection.reply().body == "{\"query_id\":5,\"output\":[],\"default\":true,\"source\":\"default\"}")
  }

  @Test("a sender that leaves while its query is in flight disturbs nobody")
  func disconnect() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    for index in 0..<20 {
      let leaving = try running.connect()
      leaving.post(floats: [Float(index), 0, 0, 0])
    }
    let staying = try running.connect()
    staying.post(floats: [7, 0, 0, 0])
    try running.worker(0, FakeWorker.echo)
    #expect(try staying.reply().output == [7, 0, 0, 0])
  }
}
