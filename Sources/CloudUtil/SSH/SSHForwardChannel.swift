import CSSH2
import Glibc

/// A channel that carries a connection from the host to another one, to and from a local socket.
final class SSHForwardChannel: SSHChannel {
  private enum State { case opening, running, freeing, done }

  private let target: (host: String, port: Int)
  /// Owned.
  private let descriptor: Int32
  private let opened: Promise<Void>
  private let host: String
  private var state = State.opening
  private var channel: OpaquePointer?
  private var buffer = [CChar](repeating: 0, count: 64 << 10)
  /// From the channel, not yet written to the socket.
  private var incoming: ArraySlice<CChar> = []
  /// From the socket, not yet written to the channel.
  private var outgoing: ArraySlice<CChar> = []
  private var hasSocketEnded = false
  private var isEndSent = false
  private var isEndPassedOn = false

  init(to target: (host: String, port: Int), descriptor: Int32, opened: Promise<Void>, host: String) {
    self.target = target
    self.descriptor = descriptor
    self.opened = opened
    self.host = host
  }

  deinit { close(descriptor) }

  var isOpening: Bool { state == .opening }
  var isDone: Bool { state == .done }

  /// What of the local socket is worth waiting for.
  var interest: pollfd? {
    guard state == .running else { return nil }
    let events = (outgoing.isEmpty && !hasSocketEnded ? POLLIN : 0) | (incoming.isEmpty ? 0 : POLLOUT)
    return events == 0 ? nil : pollfd(fd: descriptor, events: Int16(events), revents: 0)
  }

  func step(_ session: SSHSession) throws -> Bool {
    switch state {
    case .opening: return try open(session)
    case .running:
      let hasSent = try passOut(session)
      let hasReceived = try passIn(session)
      if isEndPassedOn, hasSocketEnded { state = .freeing }
      return hasSent || hasReceived
    case .freeing:
      guard libssh2_channel_free(channel) != LIBSSH2_ERROR_EAGAIN else { return false }
      state = .done
      return true
    case .done: return false
    }
  }

  func lose(_ error: SSHError) {
    opened.fulfil(.failure(error))
    shutdown(descriptor, Int32(SHUT_RDWR))
    state = .done
  }

  private func open(_ session: SSHSession) throws -> Bool {
    channel = libssh2_channel_direct_tcpip_ex(session.pointer, target.host, Int32(target.port), "127.0.0.1", 0)
    if channel != nil {
      state = .running
      opened.fulfil(.success(()))
      return true
    }
    switch session.lastError {
    case LIBSSH2_ERROR_EAGAIN: return false
    case LIBSSH2_ERROR_CHANNEL_FAILURE:
      lose(.unreachable(host: "\(target.host):\(target.port)", reason: session.problem))
      return true
    default: throw SSHError.connectionLost(host: host, reason: session.problem)
    }
  }

  private func passOut(_ session: SSHSession) throws -> Bool {
    var isProgress = false
    if outgoing.isEmpty, !hasSocketEnded {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { outgoing = buffer[..<count] }
      if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { hasSocketEnded = true }
      isProgress = count >= 0
    }
    if !outgoing.isEmpty, !session.wire.isCongested {
      let count = outgoing.withUnsafeBufferPointer { libssh2_channel_write_ex(channel, 0, $0.baseAddress, $0.count) }
      if count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) {
        if session.wire.isOver { throw SSHError.connectionLost(host: host, reason: session.problem) }
        (outgoing, hasSocketEnded) = ([], true)
      } else if count > 0 {
        outgoing = outgoing.dropFirst(count)
        isProgress = true
      }
    }
    if hasSocketEnded, outgoing.isEmpty, !isEndSent {
      isEndSent = libssh2_channel_send_eof(channel) != LIBSSH2_ERROR_EAGAIN
      // Whoever closed its end reads nothing any more either.
      isEndPassedOn = true
    }
    return isProgress
  }

  private func passIn(_ session: SSHSession) throws -> Bool {
    var isProgress = false
    if incoming.isEmpty, !isEndPassedOn {
      let count = libssh2_channel_read_ex(channel, 0, &buffer, buffer.count)
      if count > 0 {
        incoming = Array(buffer[..<count])[...]
        isProgress = true
      } else if count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) {
        throw SSHError.connectionLost(host: host, reason: session.problem)
      } else if libssh2_channel_eof(channel) == 1 {
        shutdown(descriptor, Int32(SHUT_WR))
        isEndPassedOn = true
        hasSocketEnded = true
      }
    }
    if !incoming.isEmpty {
      let count = incoming.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        incoming = incoming.dropFirst(count)
        isProgress = true
      } else if errno != EAGAIN, errno != EINTR {
        incoming = []
        isEndPassedOn = true
      }
    }
    return isProgress
  }
}
