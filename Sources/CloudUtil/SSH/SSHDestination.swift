/// How a host is reached by ssh.
public struct SSHDestination: Hashable, Sendable {
  /// An IPv4 or IPv6 address, or a name.
  public var address: String
  public var port: Int
  public var user: String
  /// The path of the private key, ed25519 or ecdsa, without a passphrase. The agent is never asked.
  public var key: String
  /// The host to go through, where `address` can only be reached from there.
  public var jump: Jump?

  /// A host that passes connections on. The key is the destination's.
  public struct Jump: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var user: String

    public init(host: String, port: Int = 22, user: String) {
      self.host = host
      self.port = port
      self.user = user
    }
  }

  public init(address: String, port: Int = 22, user: String, key: String, jump: Jump? = nil) {
    self.address = address
    self.port = port
    self.user = user
    self.key = key
    self.jump = jump
  }

  /// The jump host as a destination of its own.
  var first: SSHDestination? {
    jump.map { SSHDestination(address: $0.host, port: $0.port, user: $0.user, key: key) }
  }
}

extension SSHDestination: CustomStringConvertible {
  /// `ubuntu@10.0.0.7`, with the port where it is not 22: `root@[::1]:2222`.
  public var description: String { "\(user)@\(KnownHosts.name(of: address, port: port))" }
}
