/// How machines are made on EC2.
struct EC2Settings: Codable, Equatable, Sendable {
  /// nil: what the environment and the profile of AWS say.
  var region: String?
  /// In the order in which they are tried; empty: all zones of the region that offer the types.
  var zones: [String] = []
  var image = MachineImage.newest(owner: "136693071363", name: "debian-12-amd64-*")
  /// Who logs in by ssh.
  var user = "admin"
  /// The path of a private ed25519 key; nil: one is made for each cluster. The file is not looked at before it is
  /// needed: `terminate` works without it.
  var key: String?
  /// The type that is launched in place of the one that an experiment asks for.
  var substitutions: [String: String] = [:]
  var volume_gb = 40
  /// After so many hours a machine ends itself.
  var lifetime_h = 12.0
  var sshFrom = SSHSources.caller
  var onHostLoss = Inventory.HostLoss.stop
  /// Beside those by which machines are found.
  var tags: [String: String] = [:]

  /// The type to launch where an experiment says `asked`. One step: what takes a type's place is not replaced itself.
  func instanceType(inPlaceOf asked: String) -> String { substitutions[asked] ?? asked }

  private enum CodingKeys: String, CodingKey {
    case region, zones, image, user, key, substitutions, volume_gb, lifetime_h, tags
    case sshFrom = "ssh_from"
    case onHostLoss = "on_host_loss"
  }
}

/// What a machine boots from.
enum MachineImage: Codable, Equatable, Sendable {
  case id(String)
  /// The newest of an owner whose name is like the pattern (`*`, `?`).
  case newest(owner: String, name: String)

  private enum CodingKeys: String, CodingKey { case id, owner, name }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let id = try container.decodeIfPresent(String.self, forKey: .id) {
      self = .id(id)
    } else {
      self = .newest(
        owner: try container.decode(String.self, forKey: .owner),
        name: try container.decode(String.self, forKey: .name))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .id(let id): try container.encode(id, forKey: .id)
    case .newest(let owner, let name):
      try container.encode(owner, forKey: .owner)
      try container.encode(name, forKey: .name)
    }
  }
}

/// From where ssh is let in.
enum SSHSources: Codable, Equatable, Sendable {
  /// From the address that the one who launches is seen with.
  case caller
  /// At least one.
  case networks([IPv4Network])

  static let callerWord = "caller"

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let word = try? container.decode(String.self), word == Self.callerWord {
      self = .caller
    } else {
      self = .networks(try container.decode([IPv4Network].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .caller: try container.encode(Self.callerWord)
    case .networks(let networks): try container.encode(networks)
    }
  }
}
