import CHiredis

/// The control channel of one run, in Redis: who is here, ready, go, drain, done. Never on the path of a measured query.
///
/// Every key begins with `run_exp:<run>:`. Announcements are a list that the runner pops, orders a list a component.
/// Calls block, so a process gives the channel a thread of its own. Not thread-safe.
public final class ControlChannel {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  private let context: UnsafeMutablePointer<redisContext>
  private let prefix: String

  /// Connects to `host:port` and authenticates.
  /// - Throws: `Failure` if Redis cannot be reached within two seconds or refuses the password.
  public init(host: String, port: Int, password: String?, run: String) throws {
    guard let context = redisConnectWithTimeout(host, Int32(port), timeval(tv_sec: 2, tv_usec: 0)) else {
      throw Failure(description: "redis at \(host):\(port): out of memory")
    }
    guard context.pointee.err == 0 else {
      defer { redisFree(context) }
      throw Failure(description: "redis at \(host):\(port): \(ControlChannel.text(context))")
    }
    self.context = context
    prefix = "run_exp:\(run):"
    if let password { _ = try command("AUTH", password) }
  }

  deinit { redisFree(context) }

  // MARK: For every process

  /// Tells the runner.
  public func announce(_ announcement: Announcement) throws {
    _ = try command(
      "RPUSH", prefix + "announcements",
      "\(announcement.component)\t\(announcement.state.rawValue)\t\(announcement.detail)")
  }

  /// Waits for an order to `component`; nil if none came within `timeout` (whole seconds, at least one).
  public func nextOrder(to component: Component, timeout: Duration) throws -> Order? {
    guard let text = try pop(prefix + "orders:\(component)", timeout: timeout) else { return nil }
    return try Order(text)
  }

  /// Where the frontend listens, once it does.
  public func frontendAddress() throws -> FrontendAddress? {
    guard case .string(let text) = try command("GET", prefix + "frontend") else { return nil }
    return FrontendAddress(text)
  }

  public func setFrontendAddress(_ address: FrontendAddress) throws {
    _ = try command("SET", prefix + "frontend", address.description)
  }

  // MARK: For the runner

  /// Waits for the next announcement; nil if none came within `timeout` (whole seconds, at least one).
  public func nextAnnouncement(timeout: Duration) throws -> Announcement? {
    guard let text = try pop(prefix + "announcements", timeout: timeout) else { return nil }
    return try Announcement(text)
  }

  public func order(_ order: Order, to component: Component) throws {
    _ = try command("RPUSH", prefix + "orders:\(component)", order.text)
  }

  public func ping() throws { _ = try command("PING") }

  // MARK: Redis

  private enum Reply: Equatable {
    case string(String), integer(Int64), array([Reply]), null
  }

  private func pop(_ key: String, timeout: Duration) throws -> String? {
    let seconds = max(1, timeout.components.seconds)
    guard case .array(let parts) = try command("BLPOP", key, String(seconds)), parts.count == 2,
      case .string(let value) = parts[1]
    else { return nil }
    return value
  }

  private func command(_ words: String...) throws -> Reply {
    let copies = words.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var pointers = copies.map { UnsafePointer<CChar>($0) }
    guard let raw = redisCommandArgv(context, Int32(words.count), &pointers, nil) else {
      throw Failure(description: "redis: \(ControlChannel.text(context)) (\(words[0]))")
    }
    defer { freeReplyObject(raw) }
    return try ControlChannel.decode(raw.assumingMemoryBound(to: redisReply.self).pointee, command: words[0])
  }

  private static func decode(_ reply: redisReply, command: String) throws -> Reply {
    switch reply.type {
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .string(string(reply))
    case REDIS_REPLY_INTEGER: return .integer(reply.integer)
    case REDIS_REPLY_ARRAY:
      return .array(
        try (0..<reply.elements).compactMap { index in
          guard let element = reply.element[index] else { return nil }
          return try decode(element.pointee, command: command)
        })
    case REDIS_REPLY_ERROR: throw Failure(description: "redis: \(string(reply)) (\(command))")
    default: return .null
    }
  }

  private static func string(_ reply: redisReply) -> String {
    guard let characters = reply.str else { return "" }
    return String(
      decoding: UnsafeRawBufferPointer(start: characters, count: Int(reply.len)), as: UTF8.self)
  }

  /// The text of a context's last error (a tuple in Swift).
  private static func text(_ context: UnsafeMutablePointer<redisContext>) -> String {
    withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

#if canImport(Glibc)
  import Glibc
#endif
