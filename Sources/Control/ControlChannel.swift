#if canImport(Glibc)
  import Glibc
#endif

/// The control channel of one run, in Redis: who is here, ready, go, drain, done. Never on the path of a measured query.
///
/// Every key begins with `run_exp:<run>:`. Announcements are a Redis stream, and so are the orders to a component: what is
/// said before the other side listens waits for it, and a reader knows how far it has read, so that nothing is lost when
/// a connection is. Calls block, so a process gives the channel a thread of its own. Not thread-safe. After a call has
/// thrown `Failure` with `isLost`, the next one connects again and goes on where the channel was.
public final class ControlChannel {
  private let connect: () throws -> RedisConnection
  /// nil until it is connected again.
  private var redis: RedisConnection?
  private let prefix: String
  /// The id of the last entry read, by stream.
  private var read: [String: String] = [:]

  /// How long Redis may take to accept a connection or to answer a command that does not wait.
  public static let patience: Duration = .seconds(2)

  /// Connects to `host:port` and authenticates.
  /// - Throws: `Failure` if Redis cannot be reached within `patience` or refuses the password.
  public convenience init(host: String, port: Int, password: String?, run: String) throws {
    self.init(laterTo: host, port: port, password: password, run: run)
    try ping()
  }

  /// Connects when it is first used.
  public init(laterTo host: String, port: Int, password: String?, run: String) {
    prefix = "run_exp:\(run):"
    connect = {
      let redis = try RedisConnection(host: host, port: port, patience: ControlChannel.patience)
      _ = try password.map { try redis.command("AUTH", $0) } ?? redis.command("PING")
      return redis
    }
  }

  /// Tries `body`, which calls this channel, again and again while Redis is away.
  /// - Throws: what `body` throws; `Failure` with `isLost` only after `patience`.
  public func persistently<Result>(for patience: Duration, _ body: () throws -> Result) throws -> Result {
    let deadline = ContinuousClock.now + patience
    while true {
      do {
        return try body()
      } catch let failure as Failure where failure.isLost && ContinuousClock.now < deadline {
        pause(.milliseconds(50))
      }
    }
  }

  // MARK: For every process

  /// Tells the runner.
  public func announce(_ announcement: Announcement) throws {
    try say(announcement.text, to: "announcements")
  }

  /// Waits for an order to `component`.
  /// - Returns: nil if none came within `timeout`, which is not an error. Waits a millisecond at least.
  public func nextOrder(to component: Component, timeout: Duration) throws -> Order? {
    try next("orders:\(component)", timeout: timeout).map { try Order($0) }
  }

  /// Where the frontend listens; nil until it does, which is not an error.
  public func frontendAddress() throws -> FrontendAddress? {
    guard case .string(let text) = try command("GET", prefix + "frontend") else { return nil }
    guard let address = FrontendAddress(text) else {
      throw Failure(description: "redis: not an address: '\(text)' in \(prefix)frontend")
    }
    return address
  }

  public func setFrontendAddress(_ address: FrontendAddress) throws {
    _ = try command("SET", prefix + "frontend", address.description)
  }

  // MARK: For the runner

  /// Waits for the next announcement, in the order in which they were made.
  /// - Returns: nil if none came within `timeout`, which is not an error. Waits a millisecond at least.
  public func nextAnnouncement(timeout: Duration) throws -> Announcement? {
    try next("announcements", timeout: timeout).map { try Announcement($0) }
  }

  public func order(_ order: Order, to component: Component) throws {
    try say(order.text, to: "orders:\(component)")
  }

  /// Keeps what the whole of the runs has come to, for whoever looks into Redis.
  public func setStatus(_ text: String) throws { _ = try command("SET", prefix + "status", text) }

  /// Checks that Redis answers.
  public func ping() throws { _ = try command("PING") }

  private func say(_ text: String, to stream: String) throws {
    _ = try command("XADD", prefix + stream, "*", "text", text)
  }

  /// The entry after the last one read.
  private func next(_ stream: String, timeout: Duration) throws -> String? {
    // A timeout of zero would mean "for ever" to Redis.
    let wait = max(timeout, .milliseconds(1))
    let reply = try command(
      "XREAD", "COUNT", "1", "BLOCK", String(Int64(wait / .milliseconds(1))), "STREAMS", prefix + stream,
      read[stream, default: "0"], within: wait)
    // [[stream, [[id, ["text", text]]]]]
    guard case .array(let streams) = reply, case .array(let found)? = streams.first, found.count == 2,
      case .array(let entries) = found[1], case .array(let entry)? = entries.first, entry.count == 2,
      case .string(let id) = entry[0], case .array(let fields) = entry[1], fields.count == 2,
      case .string(let text) = fields[1]
    else { return nil }
    read[stream] = id
    return text
  }

  private func command(_ words: String..., within wait: Duration = .zero) throws -> RedisConnection.Reply {
    do {
      let connection = try redis ?? connect()
      redis = connection
      return try connection.command(words, within: wait)
    } catch let failure as Failure where failure.isLost {
      redis = nil
      throw failure
    }
  }

  private func pause(_ duration: Duration) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(duration / .nanoseconds(1)))
    nanosleep(&time, nil)
  }
}

extension ControlChannel {
  /// What kept the channel from doing its work: where, why, and what Redis said.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
    /// The connection is gone; the next command connects again.
    public var isLost = false

    public init(description: String, isLost: Bool = false) {
      self.description = description
      self.isLost = isLost
    }
  }
}
