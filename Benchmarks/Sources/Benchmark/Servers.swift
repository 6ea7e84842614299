/// Frontend with dummy workers, or the C servers that stand for them, and a client that loads either.
struct Servers {
  /// Where the products and the C programs are.
  var products: String
  var programs: String
  /// Where records go.
  var scratch: String
  private let seconds = 6

  init(products: String, programs: String, scratch: String) {
    self.products = products
    self.programs = programs
    self.scratch = scratch
  }

  /// What a run of the client showed.
  struct Load {
    var queries: Int
    /// CPU seconds of client and server.
    var client_s: Double
    var server_s: Double
    /// From the scheduled instant to the sending, in microseconds, ascending.
    var lateness_us: [Double]

    var clientPerQuery_us: Double { client_s * 1e6 / Double(queries) }
    var serverPerQuery_us: Double { server_s * 1e6 / Double(queries) }

    func lateness_us(percentile: Int) -> Double {
      lateness_us.isEmpty ? .nan : lateness_us[min(lateness_us.count - 1, lateness_us.count * percentile / 100)]
    }
  }

  /// The frontend in `mode`, two workers, and one more for the parity, at `rate` queries/s.
  func frontend(mode: String, rate: Int) throws -> Load {
    let frontend = try Child(
      products + "/frontend", ["--port", "0", "--mode", mode, "--input", "floats:64", "--records", scratch],
      secret: "benchmark")
    let listening = try frontend.wait(for: ["links=", "\n"])
    guard let http = field("http=", in: listening), let links = field("links=", in: listening) else {
      throw Child.Failure(description: "frontend: \(listening)")
    }
    let pools = ["base", "base"] + (mode == "coded" ? ["parity:0"] : [])
    let workers = try pools.enumerated().map { number, pool in
      try Child(
        products + "/worker",
        ["--frontend", links, "--number", "\(number)", "--pool", pool, "--model", "dummy", "--input", "floats:64"],
        secret: "benchmark")
    }
    for worker in workers { try worker.wait(for: ["joined"]) }
    let load = try client(http, rate: rate, server: frontend)
    try frontend.terminate()
    for worker in workers { try worker.terminate() }
    return load
  }

  /// A C relay to a C server under the same client: as many system calls and wake-ups a request as the frontend has.
  /// - Returns: the relay's load, and the CPU microseconds a request of the server behind it.
  func relay(rate: Int) throws -> (relay: Load, echo_us: Double) {
    let (echo, echoPort) = try listen([])
    let (relay, relayPort) = try listen([echoPort])
    let before = try echo.cpu_s()
    let load = try client("127.0.0.1:\(relayPort)", rate: rate, server: relay)
    let echo_us = (try echo.cpu_s() - before) * 1e6 / Double(load.queries)
    try relay.terminate()
    try echo.terminate()
    return (load, echo_us)
  }

  /// The C client against the C server.
  /// - Returns: its CPU microseconds a request, and the 50th and 99th percentile of its lateness in microseconds.
  func reference(rate: Int) throws -> (cpu_us: Double, p50_us: Double, p99_us: Double) {
    let (echo, port) = try listen([])
    let (output, cpu_s) = try Child(programs + "/load", [port, "\(rate)", "\(rate * seconds)"])
      .end(seconds: Double(seconds) + 10)
    try echo.terminate()
    let lateness = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    guard lateness.count == 2 else { throw Child.Failure(description: "load: \(output)") }
    return (cpu_s * 1e6 / Double(rate * seconds), lateness[0], lateness[1])
  }

  /// A synthetic worker from its start to `joined`, and the most memory it had by then.
  func worker() throws -> (start_ms: Double, resident_mb: Double) {
    let frontend = try Child(
      products + "/frontend", ["--port", "0", "--mode", "none", "--input", "images"], secret: "benchmark")
    let listening = try frontend.wait(for: ["links=", "\n"])
    guard let links = field("links=", in: listening) else { throw Child.Failure(description: "frontend: \(listening)") }
    let start = Child.now()
    let worker = try Child(
      products + "/worker",
      ["--frontend", links, "--number", "0", "--pool", "base", "--model", "synthetic", "--input", "images"],
      secret: "benchmark")
    try worker.wait(for: ["joined"])
    let start_ms = Double(Child.now() - start) / 1e6
    let resident_mb = try worker.peakResident_mb()
    try worker.terminate()
    try frontend.terminate()
    return (start_ms, resident_mb)
  }

  /// A C server from its start to its listening, and the most memory it had by then.
  func referenceProcess() throws -> (start_ms: Double, resident_mb: Double) {
    let start = Child.now()
    let (echo, _) = try listen([])
    let start_ms = Double(Child.now() - start) / 1e6
    let resident_mb = try echo.peakResident_mb()
    try echo.terminate()
    return (start_ms, resident_mb)
  }

  private func listen(_ arguments: [String]) throws -> (server: Child, port: String) {
    let server = try Child(programs + "/echo", arguments)
    let listening = try server.wait(for: ["listening ", "\n"])
    guard let port = field("listening ", in: listening) else { throw Child.Failure(description: "echo: \(listening)") }
    return (server, port)
  }

  private func client(_ address: String, rate: Int, server: Child) throws -> Load {
    let count = rate * seconds
    let records = scratch + "/client.csv"
    let before = try server.cpu_s()
    let client = try Child(
      products + "/client",
      [
        "--url", "http://\(address)/example/predict", "--rate", "\(rate)", "--count", "\(count)",
        "--payload", "floats:64", "--records", records, "--timeout-s", "5",
      ])
    let (_, client_s) = try client.end(seconds: Double(seconds) + 15)
    let server_s = try server.cpu_s() - before
    return Load(queries: count, client_s: client_s, server_s: server_s, lateness_us: try lateness(records))
  }

  /// `sent_ns` - `scheduled_ns` of each row of the client's records, in microseconds, ascending.
  private func lateness(_ path: String) throws -> [Double] {
    let rows = try File.text(path).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    guard let scheduled = rows.first?.firstIndex(of: "scheduled_ns"), let sent = rows.first?.firstIndex(of: "sent_ns")
    else { throw Child.Failure(description: "\(path) has no scheduled_ns and sent_ns") }
    return rows.dropFirst().compactMap { row in
      guard let sent = Int64(row[sent]), let scheduled = Int64(row[scheduled]) else { return nil }
      return Double(sent - scheduled) / 1000
    }.sorted()
  }

  private func field(_ key: String, in text: String) -> String? {
    let words = text.split(whereSeparator: \.isNewline).flatMap { line -> [Substring] in
      guard let range = line.firstRange(of: key) else { return [] }
      return [line[range.upperBound...].prefix { !$0.isWhitespace }]
    }
    return words.first.map(String.init)
  }
}
