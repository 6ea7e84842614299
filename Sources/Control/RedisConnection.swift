import CHiredis

#if canImport(Glibc)
  import Glibc
#endif

/// A blocking connection to Redis; owns the `redisContext`.
final class RedisConnection {
  enum Reply: Equatable {
    case string(String), integer(Int64), array([Reply]), null
  }

  private let context: UnsafeMutablePointer<redisContext>
  private let address: String
  private let patience: Duration
  /// The socket's timeout as last set; setting it costs a system call.
  private var socketTimeout: Duration?

  /// - Throws: `ControlChannel.Failure` if nothing accepts the connection within `patience`.
  init(host: String, port: Int, patience: Duration) throws {
    address = "redis at \(host):\(port)"
    self.patience = patience
    guard (1...65535).contains(port) else {
      throw ControlChannel.Failure(description: "\(address): a port is 1 to 65535", isLost: true)
    }
    guard let context = redisConnectWithTimeout(host, Int32(port), RedisConnection.timeval(patience)) else {
      throw ControlChannel.Failure(description: "\(address): out of memory", isLost: true)
    }
    guard context.pointee.err == 0 else {
      defer { redisFree(context) }
      throw ControlChannel.Failure(
        description: "\(address): \(RedisConnection.errorText(context)); is redis-server running there?", isLost: true)
    }
    self.context = context
    redisEnableKeepAlive(context)
  }

  deinit { redisFree(context) }

  /// Sends a command and waits for its reply.
  /// - Parameter wait: how long Redis itself may hold the reply back (a blocking pop), on top of `patience`.
  /// - Throws: `ControlChannel.Failure`: an error reply, or a connection that broke or stayed silent (`isLost`).
  func command(_ words: String..., within wait: Duration = .zero) throws -> Reply { try command(words, within: wait) }

  func command(_ words: [String], within wait: Duration) throws -> Reply {
    // The error of a context is final: libhiredis would go on writing to a dead socket.
    guard context.pointee.err == 0 else { throw lost(words[0]) }
    try limitSilence(to: wait + patience)
    let copies = words.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    var pointers = copies.map { UnsafePointer<CChar>($0) }
    let reply = BrokenPipe.ignored {
      redisCommandArgv(context, Int32(words.count), &pointers, nil)
    }
    guard let reply else { throw lost(words[0]) }
    defer { freeReplyObject(reply) }
    return try decode(reply.assumingMemoryBound(to: redisReply.self).pointee, command: words[0])
  }

  private func limitSilence(to timeout: Duration) throws {
    guard timeout != socketTimeout else { return }
    guard redisSetTimeout(context, RedisConnection.timeval(timeout)) == REDIS_OK else { throw lost("timeout") }
    socketTimeout = timeout
  }

  private func lost(_ command: String) -> ControlChannel.Failure {
    // libhiredis reports the socket's timeout as EAGAIN's text.
    let text = RedisConnection.errorText(context)
    let timedOut = text == String(cString: strerror(EAGAIN))
    return ControlChannel.Failure(
      description: "\(address): \(timedOut ? "no answer within \(patience)" : text) (\(command))", isLost: true)
  }

  private func decode(_ reply: redisReply, command: String) throws -> Reply {
    switch reply.type {
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .string(RedisConnection.string(reply))
    case REDIS_REPLY_INTEGER: return .integer(reply.integer)
    case REDIS_REPLY_ARRAY:
      return .array(
        try (0..<reply.elements).compactMap { index in
          guard let element = reply.element[index] else { return nil }
          return try decode(element.pointee, command: command)
        })
    case REDIS_REPLY_ERROR:
      throw ControlChannel.Failure(description: "\(address): \(RedisConnection.string(reply)) (\(command))")
    default: return .null
    }
  }

  private static func string(_ reply: redisReply) -> String {
    guard let characters = reply.str else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: characters, count: Int(reply.len)), as: UTF8.self)
  }

  /// The text of a context's last error (a tuple in Swift).
  private static func errorText(_ context: UnsafeMutablePointer<redisContext>) -> String {
    withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func timeval(_ duration: Duration) -> timeval {
    let (seconds, attoseconds) = duration.components
    return Glibc.timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
  }
}
