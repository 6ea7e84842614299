import Glibc

/// Opens TCP connections, blocking its thread.
enum TCPConnector {
  /// Tries the addresses that `host` has, one after the other, and shares the time out among them.
  /// - Parameters:
  ///   - name: of the host, for errors.
  ///   - silence: the connection breaks when what was sent has not been acknowledged for so long.
  /// - Returns: a socket that does not block.
  /// - Throws: `ConnectError`.
  static func connect(
    to host: String, port: Int, name: String, silence: Duration, by deadline: ContinuousClock.Instant
  ) throws -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0, let list else {
      throw ConnectError.unreachable(
        host: name, port: port, reason: "\(host): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(list) }
    var addresses = Array(sequence(first: list, next: { $0.pointee.ai_next }))
    var last = ConnectError.unreachable(host: name, port: port, reason: "no address")
    while !addresses.isEmpty {
      let address = addresses.removeFirst().pointee
      let share = (deadline - .now) / (addresses.count + 1)
      do {
        return try open(address, silence: silence, by: .now + share)
      } catch {
        last =
          error.code == ECONNREFUSED
          ? .refused(host: name, port: port)
          : .unreachable(host: name, port: port, reason: error.reason)
      }
    }
    throw last
  }

  private static func open(
    _ address: addrinfo, silence: Duration, by deadline: ContinuousClock.Instant
  ) throws(SystemCall) -> Int32 {
    let kind = address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.ai_family, kind, address.ai_protocol)
    guard descriptor >= 0 else { throw SystemCall(call: "socket", code: errno) }
    var code: Int32 = 0
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 { code = errno }
    if code == EINPROGRESS {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      var count: Int32
      repeat { count = poll(&entry, 1, milliseconds(until: deadline)) } while count < 0 && errno == EINTR
      code = ETIMEDOUT
      if count > 0 {
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
      }
    }
    guard code == 0 else {
      close(descriptor)
      throw SystemCall(call: "connect", code: code)
    }
    set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, milliseconds(until: .now + silence))
    return descriptor
  }

  private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}
