import Serving
import Testing

@testable import Frontend

@Suite("Bad requests get a reply that says why, and disturb nothing")
struct BadRequestTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var path = "/example/predict"
    var type: String? = "application/json"
    var body: [UInt8]
    var status: Int
    /// What the reason names.
    var names: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "JSON cut short", body: Array("{\"input\": \"AAAA".utf8), status: 400, names: "not JSON"),
    Case(name: "no JSON", body: Array("input=AAAA".utf8), status: 400, names: "not JSON"),
    Case(name: "rubbish after the object", body: Array("{\"input\": \"AAAA\"} x".utf8), status: 400, names: "not JSON"),
    Case(name: "an array", body: Array("[\"AAAA\"]".utf8), status: 400, names: "not JSON"),
    Case(name: "no input", body: Array("{\"inputs\": \"AAAA\"}".utf8), status: 400, names: "no \"input\""),
    Case(name: "an input that is a number", body: Array("{\"input\": 4}".utf8), status: 400, names: "not a string"),
    Case(
      name: "an alphabet that is not base64's", body: Array("{\"input\": \"AA*A\"}".utf8), status: 400, names: "base64"),
    Case(name: "base64 without padding", body: Array("{\"input\": \"AAAAAA\"}".utf8), status: 400, names: "base64"),
    Case(name: "an empty input", body: Array("{\"input\": \"\"}".utf8), status: 400, names: "empty"),
    Case(name: "no body", body: [], status: 400, names: "not JSON"),
    Case(name: "no body of floats", type: "application/octet-stream", body: [], status: 400, names: "empty"),
    Case(name: "three floats of four", body: Body.json(floats: [0, 1, 2]), status: 400, names: "expected are 16"),
    Case(
      name: "raw floats and a half", type: "application/octet-stream", body: [UInt8](repeating: 0, count: 18),
      status: 400,
      names: "18 bytes; expected are 16"),
    Case(name: "another type", type: "text/plain", body: [1], status: 415, names: "text/plain"),
    Case(name: "an image for floats", type: "image/jpeg", body: [1], status: 415, names: "octet-stream"),
    Case(name: "no type and no JSON", type: nil, body: [1], status: 415, names: "application/json"),
    Case(name: "another application", path: "/other/predict", body: [], status: 404, names: "/example/predict"),
    Case(name: "another path", path: "/", body: [], status: 404, names: "/example/predict"),
    Case(name: "a POST to health", path: "/healthz", body: [], status: 405, names: "GET"),
  ]

  @Test("each gets its 4xx, and a good query on the same connection works", arguments: cases)
  func refused(_ bad: Case) throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    connection.post(bad.body, to: bad.path, type: bad.type)
    let reply = try connection.reply()
    #expect(reply.status == bad.status)
    #expect(reply.body.hasPrefix("{\"error\":\""))
    #expect(reply.body.contains(bad.names.replacing("\"", with: "\\\"")), "\(reply.body)")

    connection.post(Body.json(floats: [1, 2, 3, 4]))
    #expect(try connection.reply().output == [1, 2, 3, 4])
  }

  @Test("a GET of the query path is refused with Allow")
  func methodNotAllowed() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let connection = try running.connect()
    connection.send("GET /example/predict HTTP/1.1\r\nHost: test\r\n\r\n")
    let reply = try connection.reply()
    #expect(reply.status == 405)
    #expect(reply.headers["allow"] == "POST")
  }

  @Test("a body of more than 16 MiB is refused whether its length is said or not", arguments: [true, false])
  func tooLong(isLengthSaid: Bool) throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let connection = try running.connect()
    if isLengthSaid {
      connection.send("POST /example/predict HTTP/1.1\r\nHost: test\r\nContent-Length: 16777217\r\n\r\n")
    } else {
      connection.send("POST /example/predict HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x7B, count: 0x100000) + Array("\r\n".utf8)
      for _ in 0..<17 { connection.send(chunk) }
    }
    let reply = try connection.reply()
    #expect(reply.status == 413)
    #expect(reply.headers["connection"] == "close")
    #expect(connection.isClosedByPeer())
  }

  @Test("an input that leaves no room for the rest of its batch in a frame is refused, and others are answered")
  func tooLongForItsBatch() throws {
    let running = try RunningServer(batchSize: 16, batchTimeout: .milliseconds(1), input: .images)
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    connection.post([UInt8](repeating: 1, count: 3 << 20), type: "image/jpeg")
    let reply = try connection.reply()
    #expect(reply.status == 413)
    #expect(reply.body.contains("room for 2408448 each"))
    let other = try running.connect()
    other.post([1, 2, 3, 4], type: "image/jpeg")
    #expect(try other.reply().status == 200)
  }

  @Test("bytes that are not HTTP get a 400 and the connection closes; others go on")
  func notHTTP() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let other = try running.connect()
    let connection = try running.connect()
    connection.send("\u{1}\u{2}nonsense\r\n\r\n")
    #expect(try connection.reply().status == 400)
    #expect(connection.isClosedByPeer())
    other.post(floats: [1, 2, 3, 4])
    #expect(try other.reply().status == 200)
  }

  @Test("a good query before bytes that are not HTTP is answered before the 400")
  func goodThenNotHTTP() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let connection = try running.connect()
    connection.post(floats: [1, 2, 3, 4])
    connection.send("\u{1}\u{2}nonsense\r\n\r\n")
    #expect(try connection.reply().output == [1, 2, 3, 4])
    #expect(try connection.reply().status == 400)
    #expect(connection.isClosedByPeer())
  }

  @Test("an image that is none is refused by the frontend in coded, by the worker in none")
  func badImage() throws {
    for mode in [RedundancyMode.coded, .none] {
      let running = try RunningServer(mode: mode, input: .images)
      defer { try? running.stop() }
      try running.worker(0) { _, inputs in inputs.items.map { _ in .badInput("not a JPEG image: by the worker") } }
      let connection = try running.connect()
      connection.post([1, 2, 3], type: "image/jpeg")
      let reply = try connection.reply()
      #expect(reply.status == 400)
      #expect(reply.body.contains("not a JPEG image"))
      #expect(reply.body.contains("by the worker") == (mode == .none))
    }
  }
}
