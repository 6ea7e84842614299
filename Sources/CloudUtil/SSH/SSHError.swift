/// Why there is no ssh connection to a host, or no longer. Hosts are written `user@address`.
public indirect enum SSHError: Error, Equatable {
  /// Nothing answered, or the address is none.
  case unreachable(host: String, reason: String)
  /// The host is there and nobody listens at the port.
  case refused(host: String)
  /// Somebody answered, but no session came of it: no sshd, one that is just starting or has too many visitors.
  case noSession(host: String, reason: String)
  /// It shows another key than before.
  case hostKeyChanged(host: String, HostKeyChange)
  /// The file of pinned keys cannot be read or written.
  case hostKeysUnusable(file: String, reason: String)
  /// The host does not let this user in with this key.
  case authenticationRefused(host: String, user: String, key: String)
  /// The private key cannot be used, whichever host is asked.
  case unusableKey(path: String, reason: String)
  /// There was a connection, and it broke.
  case connectionLost(host: String, reason: String)
  /// The jump host cannot be used, or does not get any further.
  case jumpFailed(host: String, jump: String, reason: String)
  /// What went wrong last when time was up.
  case notReady(host: String, after: Duration, last: SSHError)

  /// Whether the next attempt may succeed although nobody changes anything.
  var isPassing: Bool {
    switch self {
    case .unreachable, .refused, .noSession, .connectionLost, .jumpFailed: true
    case .hostKeyChanged, .hostKeysUnusable, .authenticationRefused, .unusableKey, .notReady: false
    }
  }
}

extension SSHError {
  init(_ error: ConnectError) {
    self =
      switch error {
      case .unreachable(let host, _, let reason): .unreachable(host: host, reason: reason)
      case .refused(let host, _): .refused(host: host)
      }
  }
}

/// A host key that is not the pinned one.
public struct HostKeyChange: Equatable, Sendable {
  /// As it stands in the file.
  public var name: String
  public var file: String
  /// Counted from 1.
  public var line: Int
  public var pinned: HostKey
  public var shown: HostKey

  public init(name: String, file: String, line: Int, pinned: HostKey, shown: HostKey) {
    self.name = name
    self.file = file
    self.line = line
    self.pinned = pinned
    self.shown = shown
  }
}

extension SSHError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable(let host, let reason): "\(host) cannot be reached by ssh: \(reason)"
    case .refused(let host): "\(host) refuses the connection: no sshd listens there (yet)"
    case .noSession(let host, let reason): "\(host): no ssh session: \(reason)"
    case .hostKeyChanged(let host, let change):
      """
      \(host) shows another host key than before, so it may be another machine, and nothing was sent to it:
        pinned: \(change.pinned) (\(change.file), line \(change.line))
        shown:  \(change.shown)
      If that is right, forget the old one: ssh-keygen -R \(Command.quoted(change.name)) -f \(Command.quoted(change.file))
      """
    case .hostKeysUnusable(let file, let reason): "\(file): the pinned host keys cannot be used: \(reason)"
    case .authenticationRefused(let host, let user, let key):
      "\(host) does not let \(user) in with the key \(key): is it in ~\(user)/.ssh/authorized_keys there, and the user right?"
    case .unusableKey(let path, let reason): "\(path): the private key cannot be used: \(reason)"
    case .connectionLost(let host, let reason): "\(host): the ssh connection broke: \(reason)"
    case .jumpFailed(let host, let jump, let reason): "\(host) cannot be reached through \(jump): \(reason)"
    case .notReady(let host, let after, let last):
      "\(host) was not ready after \(after.components.seconds) s; last: \(last)"
    }
  }
}
