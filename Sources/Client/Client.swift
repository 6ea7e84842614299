import ArgumentParser
import NIOPosix

/// The command line of the load generator.
@main
struct Client: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client",
    abstract: "Sends queries to a prediction server, open loop, and records what becomes of each.",
    discussion: """
      The whole schedule is drawn from the seed before the first query is sent. Each query is sent at its instant, \
      whatever has come back until then, and its latency counts from that instant.

      On its own:     client --url http://127.0.0.1:1337/example/predict --rate 200 --count 10000 --records out.csv
      In a trial:     client --redis 127.0.0.1:6379 --run 0 --rate 200 --count 10000 --records out.csv
      The password of Redis is taken from RUN_EXP_REDIS_PASSWORD.

      Exit codes: 0 done, 64 usage, 65 input that cannot be used, 69 no server or no Redis, 130 interrupted (the records \
      so far are written).
      """)

  @Option(help: "Where to post queries: http://HOST:PORT/APP/predict.")
  var url: String?

  @Option(help: "HOST:PORT of the Redis that the experiment is run through.")
  var redis: String?

  @Option(name: .customLong("run"), help: "The run's name in Redis; with --redis.")
  var runName: String?

  @Option(help: "The application's name at the frontend; with --redis.")
  var app = "example"

  @Option(help: "This client's number, from 0.")
  var client = 0

  @Option(help: "How many clients share the load.")
  var clients = 1

  @Option(help: "Queries/s, over all clients.")
  var rate: Double

  @Option(help: "Queries to send, over all clients, warm-up included.")
  var count: Int

  @Option(help: "How many of them, at the front of the schedule, are sent as warm-up and not measured.")
  var warmup = 0

  @Option(help: "The seed of the schedule and of what queries carry.")
  var seed: UInt64 = 1

  @Option(help: "poisson, uniform, or trace:FILE with one offset in seconds a line.")
  var arrivals = "poisson"

  @Option(help: "floats:COUNT, images:FOLDER (its .jpg and .jpeg) or digits:FILE (a label and 64 pixels a row).")
  var payload = "floats:64"

  @Option(help: "CSV file for one row a query.")
  var records: String?

  @Option(name: .customLong("timeout-s"), help: "Seconds after the last send until what is unanswered counts as lost.")
  var timeout_s = 110.0

  /// More than any experiment asks of a client; a schedule of so many takes 64 GB.
  static let mostQueries = 1_000_000_000

  mutating func validate() throws {
    guard rate > 0, rate <= 1_000_000 else {
      throw ValidationError("--rate \(rate): more than 0, up to 1000000 queries/s")
    }
    guard 1...Client.mostQueries ~= count else {
      throw ValidationError("--count \(count): from 1 to \(Client.mostQueries)")
    }
    guard (0...count).contains(warmup) else { throw ValidationError("--warmup \(warmup): from 0 to --count \(count)") }
    guard clients > 0, (0..<clients).contains(client) else {
      throw ValidationError("--client \(client) --clients \(clients): a number from 0 to below the number of clients")
    }
    guard timeout_s >= 0, timeout_s <= 1e6 else { throw ValidationError("--timeout-s \(timeout_s): 0 at least") }
    switch (url, redis) {
    case (nil, nil): throw ValidationError("--url or --redis: where to send queries")
    case (.some, .some): throw ValidationError("--url and --redis: only one of them")
    case (nil, .some) where runName == nil: throw ValidationError("--redis needs --run")
    default: break
    }
  }

  func run() throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { try? group.syncShutdownGracefully() }
    do {
      try ClientSession(Options(self), eventLoop: group.next()).run()
    } catch let error as ClientError {
      Log.line(error.description)
      throw ExitCode(error.kind.rawValue)
    }
  }
}
