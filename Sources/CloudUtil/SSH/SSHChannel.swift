import CSSH2

/// A channel of a session as its thread drives it: step by step, none of which waits.
protocol SSHChannel: AnyObject {
  /// No other channel may be opened while this is being opened: libssh2 keeps one such state a session.
  var isOpening: Bool { get }
  var isDone: Bool { get }
  /// Goes on as far as is possible now, but for a bounded time.
  /// - Returns: whether that was anything.
  /// - Throws: `SSHError.connectionLost`.
  func step(_ session: SSHSession) throws -> Bool
  /// The session is gone.
  func lose(_ error: SSHError)
}

/// The channel of a process.
final class SSHProcessChannel: SSHChannel {
  private enum State { case opening, starting, running, closing, freeing, done }

  private let process: SSHProcess
  private let host: String
  private var state = State.opening
  private var channel: OpaquePointer?
  private var isEndSent = false
  private var buffer: [CChar]

  private static let chunk = 64 << 10
  /// Bytes that the host may send before it hears that they have been read, and those of them in one packet.
  private static let window: UInt32 = 2 << 20
  private static let packet: UInt32 = 32 << 10

  init(_ process: SSHProcess, host: String) {
    self.process = process
    self.host = host
    buffer = [CChar](repeating: 0, count: SSHProcessChannel.chunk)
  }

  var isOpening: Bool { state == .opening }
  var isDone: Bool { state == .done }

  func step(_ session: SSHSession) throws -> Bool {
    if process.isClosing || (process.isUnwanted && state == .opening), state != .freeing, state != .done {
      process.end(.failure(.lost(.connectionLost(host: host, reason: "its channel was given up"))))
      state = channel == nil ? .done : .freeing
    }
    switch state {
    case .opening: return try open(session)
    case .starting: return try start(session)
    case .running: return try exchange(session)
    case .closing: return try conclude(session)
    case .freeing:
      guard libssh2_channel_free(channel) != LIBSSH2_ERROR_EAGAIN else { return false }
      state = .done
      return true
    case .done: return false
    }
  }

  func lose(_ error: SSHError) {
    process.end(.failure(state == .opening ? .notSent(error) : .lost(error)))
    state = .done
  }

  private func open(_ session: SSHSession) throws -> Bool {
    channel = libssh2_channel_open_ex(
      session.pointer, "session", 7, SSHProcessChannel.window, SSHProcessChannel.packet, nil, 0)
    if channel != nil {
      state = .starting
      return true
    }
    switch session.lastError {
    case LIBSSH2_ERROR_EAGAIN: return false
    case LIBSSH2_ERROR_CHANNEL_FAILURE:
      // sshd has its limits (MaxSessions): the next connection has room.
      process.end(.failure(.notSent(.noSession(host: host, reason: session.problem))))
      state = .done
      return true
    default: throw SSHError.connectionLost(host: host, reason: session.problem)
    }
  }

  private func start(_ session: SSHSession) throws -> Bool {
    let line = process.script.line
    let code = libssh2_channel_process_startup(channel, "exec", 4, line, UInt32(line.utf8.count))
    switch code {
    case 0: state = .running
    case LIBSSH2_ERROR_EAGAIN: return false
    case LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED:
      process.end(.failure(.notStarted("sshd denies the request to run a command")))
      state = .freeing
    default: throw SSHError.connectionLost(host: host, reason: session.problem)
    }
    return true
  }

  private func exchange(_ session: SSHSession) throws -> Bool {
    var isProgress = try write(session)
    if process.hasRoom {
      for (stream, number) in [(SSHProcess.Piece.Stream.stdout, Int32(0)), (.stderr, SSH_EXTENDED_DATA_STDERR)] {
        let count = libssh2_channel_read_ex(channel, number, &buffer, buffer.count)
        if count > 0 {
          let bytes = buffer.withUnsafeBytes { Array($0[..<count]) }
          process.print(bytes, on: stream)
          isProgress = true
        } else if count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) {
          throw SSHError.connectionLost(host: host, reason: session.problem)
        }
      }
    }
    if libssh2_channel_eof(channel) == 1 {
      state = .closing
      isProgress = true
    }
    return isProgress
  }

  private func write(_ session: SSHSession) throws -> Bool {
    guard !isEndSent, !session.wire.isCongested else { return false }
    let (bytes, isLast) = process.input(limit: SSHProcessChannel.chunk)
    var count = 0
    if !bytes.isEmpty {
      count = bytes.withUnsafeBytes {
        libssh2_channel_write_ex(channel, 0, $0.bindMemory(to: CChar.self).baseAddress, $0.count)
      }
      if count == Int(LIBSSH2_ERROR_EAGAIN) { return false }
      // Whoever does not read its input to the end may do so.
      guard count >= 0 else {
        if session.wire.isOver { throw SSHError.connectionLost(host: host, reason: session.problem) }
        isEndSent = true
        return true
      }
      process.sent(count)
    }
    if isLast, count == bytes.count {
      let code = libssh2_channel_send_eof(channel)
      if code != LIBSSH2_ERROR_EAGAIN { isEndSent = true }
      return true
    }
    return count > 0
  }

  private func conclude(_ session: SSHSession) throws -> Bool {
    let code = libssh2_channel_wait_closed(channel)
    if code == LIBSSH2_ERROR_EAGAIN { return false }
    guard code == 0 else { throw SSHError.connectionLost(host: host, reason: session.problem) }
    process.end(.success(termination(session)))
    state = .freeing
    return true
  }

  private func termination(_ session: SSHSession) -> Termination {
    var name: UnsafeMutablePointer<CChar>?
    libssh2_channel_get_exit_signal(channel, &name, nil, nil, nil, nil, nil)
    guard let name else { return .exited(libssh2_channel_get_exit_status(channel)) }
    defer { libssh2_free(session.pointer, name) }
    return .signalled(SignalName.number(of: String(cString: name)))
  }
}
