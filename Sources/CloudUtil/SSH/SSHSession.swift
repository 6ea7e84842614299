import CSSH2
import CLinux
import Glibc

/// One libssh2 session on a socket. It lives and dies on one thread, which waits for it by poll(2).
final class SSHSession {
  let pointer: OpaquePointer
  let wire: SSHWire
  private let host: String
  private let mailbox: SSHMailbox

  private static let isLibraryReady: Bool = libssh2_init(0) == 0

  /// - Parameters:
  ///   - descriptor: of the connected socket, which is owned.
  ///   - host: for errors.
  /// - Throws: `SSHError`.
  init(descriptor: Int32, host: String, mailbox: SSHMailbox) throws {
    wire = SSHWire(descriptor: descriptor)
    self.host = host
    self.mailbox = mailbox
    guard SSHSession.isLibraryReady,
      let pointer = libssh2_session_init_ex(nil, nil, nil, Unmanaged.passUnretained(wire).toOpaque())
    else { throw SSHError.noSession(host: host, reason: "libssh2 cannot be initialised") }
    self.pointer = pointer
    SSHWire.attach(to: pointer)
    libssh2_session_set_blocking(pointer, 0)
  }

  deinit {
    // The socket is of no use any more, so nothing of this can wait.
    shutdown(wire.descriptor, Int32(SHUT_RDWR))
    wire.exchange()
    while libssh2_session_free(pointer) == LIBSSH2_ERROR_EAGAIN, !wire.isOver { wire.exchange() }
  }

  /// What went wrong last, in words of libssh2 or of the socket.
  var problem: String {
    if let problem = wire.problem { return problem }
    var text: UnsafeMutablePointer<CChar>?
    let code = libssh2_session_last_error(pointer, &text, nil, 0)
    let words = text.map { String(cString: $0) } ?? ""
    if wire.isOver {
      return words.isEmpty ? "the host closed the connection" : "the host closed the connection (\(words))"
    }
    return words.isEmpty ? "libssh2 error \(code)" : words
  }

  var lastError: Int32 { libssh2_session_last_errno(pointer) }

  /// Agrees with the host on keys, looks whether it is the known one, and lets it know who we are.
  /// - Throws: `SSHError`.
  func begin(_ destination: SSHDestination, key: SSHKey, knownHosts: KnownHosts, by deadline: ContinuousClock.Instant)
    throws
  {
    let name = KnownHosts.name(of: destination.address, port: destination.port)
    // A host has keys of several types: the pinned one is asked for first.
    let types = try knownHosts.keys(of: name).map(\.key.type) + SSHSession.keyTypes
    var unique: [String] = []
    for type in types where SSHSession.keyTypes.contains(type) && !unique.contains(type) { unique.append(type) }
    libssh2_session_method_pref(pointer, LIBSSH2_METHOD_HOSTKEY, unique.joined(separator: ","))

    let agreed = try complete("the key exchange", by: deadline) {
      libssh2_session_handshake(pointer, wire.descriptor)
    }
    guard agreed == 0 else { throw SSHError.noSession(host: host, reason: problem) }
    try knownHosts.check(try hostKey(), of: name, host: host)

    let user = destination.user
    let admitted = try complete("the authentication", by: deadline) {
      key.bytes.withUnsafeBytes { bytes in
        libssh2_userauth_publickey_frommemory(
          pointer, user, user.utf8.count, nil, 0, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, nil)
      }
    }
    switch admitted {
    case 0: break
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
      throw SSHError.authenticationRefused(host: host, user: user, key: destination.key)
    case LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_KEYFILE_AUTH_FAILED, LIBSSH2_ERROR_METHOD_NONE:
      throw SSHError.unusableKey(path: destination.key, reason: problem)
    default: throw SSHError.noSession(host: host, reason: problem)
    }
    libssh2_keepalive_config(pointer, 1, 1)
  }

  /// What libssh2 1.10 and current sshd both know, the best first.
  private static let keyTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"]

  private func hostKey() throws -> HostKey {
    var length = 0
    var type: Int32 = 0
    guard let bytes = libssh2_session_hostkey(pointer, &length, &type),
      let key = HostKey(blob: Array(UnsafeRawBufferPointer(start: bytes, count: length)))
    else { throw SSHError.noSession(host: host, reason: "it shows no host key") }
    return key
  }

  /// Repeats `step` until it is done.
  /// - Returns: what it returned then.
  /// - Throws: `SSHError.noSession` if that is not before `deadline`.
  private func complete(_ what: String, by deadline: ContinuousClock.Instant, _ step: () -> Int32) throws -> Int32 {
    while true {
      wire.exchange()
      let code = step()
      wire.flush()
      if code != LIBSSH2_ERROR_EAGAIN { return code }
      guard ContinuousClock.now < deadline else {
        throw SSHError.noSession(host: host, reason: "\(what) was not done in time")
      }
      if wire.isOver { throw SSHError.noSession(host: host, reason: problem) }
      wait(until: deadline)
      mailbox.clear()
      if mailbox.isClosing { throw SSHError.noSession(host: host, reason: "given up") }
    }
  }

  /// Waits until the socket, the mailbox or one of `others` has something to do, at most until `deadline`.
  func wait(until deadline: ContinuousClock.Instant, others: [pollfd] = []) {
    let events = (wire.isListening ? POLLIN : 0) | (wire.hasOutput ? POLLOUT : 0)
    var descriptors =
      [
        pollfd(fd: wire.descriptor, events: Int16(events), revents: 0),
        pollfd(fd: mailbox.event, events: Int16(POLLIN), revents: 0),
      ] + others
    poll(&descriptors, nfds_t(descriptors.count), milliseconds(until: deadline))
  }
}

extension SSHSession {
  /// Asks the host for an answer, whatever it is.
  func askForLife() {
    var next: Int32 = 0
    libssh2_keepalive_send(pointer, &next)
    wire.flush()
  }
}
