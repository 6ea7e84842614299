/// How an EC2 cluster is made, beyond how many machines of which types.
public struct EC2FleetSettings: Sendable {
  public enum ImageChoice: Hashable, Sendable {
    case id(String)
    /// The newest of this owner whose name fits the pattern (`*`, `?`).
    case newest(owner: String, name: String)
  }

  /// Where machines are asked for, in this order; none: every zone that offers the type.
  public var zones: [String]
  public var image: ImageChoice
  public var volume_gb: Int
  /// From the launch until the machines end themselves.
  public var lifetime: Duration
  /// On every machine and volume.
  public var tags: [String: String]
  /// Names the launch; on everything that it makes.
  public var run: String
  /// Who launches, for people.
  public var owner: String

  public init(
    zones: [String], image: ImageChoice, volume_gb: Int, lifetime: Duration, tags: [String: String], run: String,
    owner: String
  ) {
    self.zones = zones
    self.image = image
    self.volume_gb = volume_gb
    self.lifetime = lifetime
    self.tags = tags
    self.run = run
    self.owner = owner
  }
}

/// What is found out only where machines are made, and costs a program or a question to the outside.
public protocol LaunchSite: Sendable {
  /// The key that machines of the cluster let in; made if it is not there.
  func publicKey(of cluster: ClusterID) async throws -> PublicKey
  /// The IPv4 networks from which ssh is let in, as `198.51.100.7/32`; at least one.
  func sshSources() async throws -> [String]
  /// The folder on this machine for what the cluster needs to remember; made by whoever writes to it.
  func folder(of cluster: ClusterID) -> String
}

/// One half of an ssh key.
public struct PublicKey: Hashable, Sendable {
  /// As OpenSSH writes it: type, Base64, comment.
  public var line: String
  /// As OpenSSH prints it: `SHA256:…`.
  public var fingerprint: String

  public init(line: String, fingerprint: String) {
    self.line = line
    self.fingerprint = fingerprint
  }
}
