import ArgumentParser
import Control
import Serving
import Wire

#if canImport(Glibc)
  import Glibc
#endif

/// Serves queries by HTTP, with redundancy, from workers that dial in.
@main
struct Frontend: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frontend",
    abstract: "Answers prediction queries from model workers, with coded or other redundancy.",
    discussion: """
      Queries: POST /<app>/predict with {"input": "<base64>"} or a raw body (image/jpeg, or application/octet-stream of \
      little-endian float32); GET /healthz; GET /metrics. Workers dial the link port and give the secret.

      Environment: RUN_EXP_LINK_SECRET, the secret of worker links; RUN_EXP_REDIS_PASSWORD, that of --redis.

      Runs until SIGTERM or SIGINT and then writes its records. SIGUSR1 says what the order to drain says where Redis is \
      gone: all queries were sent, and open batches and groups are closed. Exit codes: 0 ok, 64 usage, 69 a port is taken, Redis \
      cannot be reached or the records cannot be written.
      """)

  @Option(help: "Redis of the run, HOST:PORT. Without it the frontend stands alone and prints where it listens.")
  var redis: Endpoint?
  @Option(name: .customLong("run"), help: "Name of the run in Redis.")
  var runName: String?

  @Option(help: "Address to listen on.")
  var host = "127.0.0.1"
  @Option(help: "Address that is told to workers and clients, where it is another.")
  var advertise: String?
  @Option(help: "Port of queries; 0: any that is free.")
  var port = 1337
  @Option(help: "Port of worker links; 0: any that is free.")
  var linkPort = 0
  @Option(help: "First part of the path of queries.")
  var app = "example"

  @Option(help: "How redundancy is spent.")
  var mode: RedundancyMode
  @Option(help: "How jobs wait for instances.")
  var queue = QueueMode.singleQueue
  @Option(help: "Batches in a coding group, at least 2.")
  var k = 2
  @Option(help: "Parities of a coding group.")
  var parities = 1
  @Option(help: "Queries in a batch.")
  var batchSize = 1
  @Option(help: "Erasure code.")
  var encoder = CodeKind.sum
  @Option(help: ArgumentHelp("What a query's input is: \(InputForm.rule)."), transform: InputForm.parse)
  var input: InputForm

  @Option(help: "Milliseconds from a query's arrival to its default output.")
  var sloMs = 100_000.0
  @Option(help: "Milliseconds after which a batch goes though it is not full. Default: it waits.")
  var batchTimeoutMs: Double?
  @Option(help: "Unanswered queries beyond which a further one is refused with 503.")
  var maxInFlight = 10_000
  @Option(help: "Queries to make room for in the records.")
  var expectedQueries = 10_000
  @Option(help: "Folder for frontend.csv, codes.csv and frontend.json.")
  var records: String?

  func validate() throws {
    guard (redis == nil) == (runName == nil) else { throw ValidationError("--redis and --run go together") }
    guard 0...65535 ~= port, 0...65535 ~= linkPort else { throw ValidationError("a port is 0...65535") }
    guard k >= 2 else { throw ValidationError("--k is \(k); at least 2 is needed") }
    guard 1...64 ~= parities else { throw ValidationError("--parities is \(parities); allowed are 1...64") }
    guard batchSize >= 1 else { throw ValidationError("--batch-size is \(batchSize); at least 1 is needed") }
    guard input.isImage || input.bytes <= Link.maximumInputBytes(batchSize: batchSize) else {
      throw ValidationError("--batch-size is \(batchSize); so many inputs of \(input) do not fit into a frame")
    }
    guard encoder != .concatenation || ConcatenationCode.fits(k: k, shape: input.shape) else {
      throw ValidationError("--encoder concatenation: \(input) has no room for \(k) tiles")
    }
    guard host.hasPrefix("127.") || host == "localhost" || environment("RUN_EXP_LINK_SECRET") != nil else {
      throw ValidationError("--host \(host) can be reached from elsewhere: give workers a secret, RUN_EXP_LINK_SECRET")
    }
    guard 1...1_000_000_000 ~= expectedQueries else {
      throw ValidationError("--expected-queries is \(expectedQueries); allowed are 1...1000000000")
    }
    guard maxInFlight >= 1 else { throw ValidationError("--max-in-flight is \(maxInFlight); at least 1 is needed") }
    guard !app.isEmpty, app.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }) else {
      throw ValidationError("--app is \"\(app)\"; allowed are letters, digits, '-', '_' and '.'")
    }
    for (name, value) in [("--slo-ms", sloMs), ("--batch-timeout-ms", batchTimeoutMs)] {
      if let value, !(value > 0 && value <= 1e9) {
        throw ValidationError("\(name) is \(value); allowed are 0 < x <= 1e9")
      }
    }
  }

  func run() throws {
    OpenFiles.raiseLimit()
    let signals = TerminationSignals()
    do {
      let control = try redis.map { redis in
        try RunControl(
          RunControl.Address(
            host: redis.host, port: redis.port, password: environment("RUN_EXP_REDIS_PASSWORD"), run: runName ?? ""))
      }
      if let records { try RecordFile.makeFolder(records) }
      let server = try Server.start(settings, announcer: { control?.announce($0) })
      Log.event("listening http=\(host):\(server.address.httpPort) links=\(host):\(server.address.linkPort)")
      var address = server.address
      address.host = advertise ?? address.host
      try control?.publish(address)
      control?.listen(at: address) { server.take($0) }
      let signal = signals.wait { server.take(.drain(queries: 0)) }
      Log.event("ended by \(signal)")
      try server.writeRecords()
    } catch {
      Log.event("frontend: \(error)")
      throw ExitCode(69)
    }
  }

  private var settings: Settings {
    Settings(
      policy: CodedPolicy.Settings(
        mode: mode, queueMode: queue, k: k, parities: parities, batchSize: batchSize,
        deadline: .nanoseconds(Int64(sloMs * 1e6)), batchTimeout: batchTimeoutMs.map { .nanoseconds(Int64($0 * 1e6)) }),
      encoder: encoder, input: input, app: app, host: host, httpPort: port, linkPort: linkPort,
      linkSecret: environment("RUN_EXP_LINK_SECRET") ?? "", maxInFlight: maxInFlight, recordsFolder: records,
      expectedQueries: expectedQueries)
  }

  private func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

extension InputForm {
  fileprivate static func parse(argument: String) throws -> InputForm {
    guard let form = InputForm(argument) else { throw ValidationError("'\(argument)' is not \(rule)") }
    return form
  }
}
