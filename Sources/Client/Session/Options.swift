import Control
import FoundationEssentials

/// The command line, checked.
struct Options: Sendable {
  enum Destination: Sendable {
    /// Straight to a server.
    case url(Target)
    /// To the frontend of a trial, whose runner says when; the path is that of the application.
    case trial(Conversation.Settings, path: String)
  }

  var destination: Destination
  /// This client's number and how many share the load.
  var client: Int
  var clients: Int
  /// Queries/s over all clients.
  var rate: Double
  /// Queries over all clients, and how many of them, at the front, are warm-up.
  var count: Int
  var warmup: Int
  var seed: UInt64
  var arrivals: ArrivalSource
  var payload: Payload
  var records: String?
  var timeout_s: Double
}

extension Options {
  /// - Throws: `ClientError` of kind usage.
  init(_ line: Client) throws {
    if let url = line.url {
      destination = .url(try Target(url: url))
    } else {
      let (host, port) = try Options.hostAndPort(line.redis ?? "", of: "--redis")
      let settings = Conversation.Settings(
        host: host, port: port, password: ProcessInfo.processInfo.environment["RUN_EXP_REDIS_PASSWORD"],
        run: line.runName ?? "", component: Component(role: "client", line.client))
      destination = .trial(settings, path: "/\(line.app)/predict")
    }
    client = line.client
    clients = line.clients
    rate = line.rate
    count = line.count
    warmup = line.warmup
    seed = line.seed
    arrivals = try ArrivalSource(line.arrivals)
    payload = try Payload(line.payload)
    records = line.records
    timeout_s = line.timeout_s
  }

  static func hostAndPort(_ text: String, of option: String) throws -> (host: String, port: Int) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port), colon != text.startIndex
    else { throw ClientError(.usage, "\(option) \(text): it has the form HOST:PORT") }
    return (String(text[..<colon]), port)
  }
}
