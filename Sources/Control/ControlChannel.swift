/// The control channel of one run, in Redis: who is here, ready, go, drain, done. Never on the path of a measured query.
///
/// Every key begins with `run_exp:<run>:`. Announcements are a list that the runner pops, orders a list a component, so
/// what is said before the other side listens waits for it. Calls block, so a process gives the channel a thread of its
/// own. Not thread-safe. Once a call has thrown `Failure` with `isLost`, every later one throws it again.
public final class ControlChannel {
  private let redis: RedisConnection
  private let prefix: String

  /// How long Redis may take to accept a connection or to answer a command that does not wait.
  public static let patience: Duration = .seconds(2)

  /// Connects to `host:port` and authenticates.
  /// - Throws: `Failure` if Redis cannot be reached within `patience` or refuses the password.
  public init(host: String, port: Int, password: String?, run: String) throws {
    redis = try RedisConnection(host: host, port: port, patience: ControlChannel.patience)
    prefix = "run_exp:\(run):"
    if let password {
      _ = try redis.command("AUTH", password)
    } else {
      try ping()
    }
  }

  // MARK: For every process

  /// Tells the runner.
  public func announce(_ announcement: Announcement) throws {
    _ = try redis.command("RPUSH", prefix + "announcements", announcement.text)
  }

  /// Waits for an order to `component`.
  /// - Returns: nil if none came within `timeout`, which is not an error. Waits a millisecond at least.
  public func nextOrder(to component: Component, timeout: Duration) throws -> Order? {
    try pop("orders:\(component)", timeout: timeout).map { try Order($0) }
  }

  /// Where the frontend listens; nil until it does, which is not an error.
  public func frontendAddress() throws -> FrontendAddress? {
    guard case .string(let text) = try redis.command("GET", prefix + "frontend") else { return nil }
    guard let address = FrontendAddress(text) else {
      throw Failure(description: "redis: not an address: '\(text)' in \(prefix)frontend")
    }
    return address
  }

  public func setFrontendAddress(_ address: FrontendAddress) throws {
    _ = try redis.command("SET", prefix + "frontend", address.description)
  }

  // MARK: For the runner

  /// Waits for the next announcement, in the order in which they were made.
  /// - Returns: nil if none came within `timeout`, which is not an error. Waits a millisecond at least.
  public func nextAnnouncement(timeout: Duration) throws -> Announcement? {
    try pop("announcements", timeout: timeout).map { try Announcement($0) }
  }

  public func order(_ order: Order, to component: Component) throws {
    _ = try redis.command("RPUSH", prefix + "orders:\(component)", order.text)
  }

  /// Checks that Redis answers.
  public func ping() throws { _ = try redis.command("PING") }

  private func pop(_ key: String, timeout: Duration) throws -> String? {
    // A timeout of zero would mean "for ever" to Redis.
    let wait = max(timeout, .milliseconds(1))
    let reply = try redis.command("BLPOP", prefix + key, RedisConnection.seconds(wait), within: wait)
    guard case .array(let parts) = reply, parts.count == 2, case .string(let value) = parts[1] else { return nil }
    return value
  }
}

extension ControlChannel {
  /// What kept the channel from doing its work: where, why, and what Redis said.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
    /// The connection is gone; another command on this channel cannot succeed.
    public var isLost = false

    public init(description: String, isLost: Bool = false) {
      self.description = description
      self.isLost = isLost
    }
  }
}
