/// The hosts of an experiment. One host may serve several roles.
public struct Fleet: Sendable {
  public var hosts: [Role: [Host]]

  public init(hosts: [Role: [Host]]) { self.hosts = hosts }

  /// The hosts that serve `role`; none if the fleet was not asked for it.
  public subscript(role: Role) -> [Host] { hosts[role] ?? [] }

  /// Every host once, whatever it serves, by name.
  public var all: [Host] {
    Dictionary(hosts.values.joined().map { ($0.name, $0) }) { first, _ in first }
      .sorted { $0.key < $1.key }.map(\.value)
  }
}

/// What a fleet has to be made of.
public struct FleetSpec: Equatable, Sendable {
  public struct Group: Equatable, Sendable {
    public var count: Int
    /// What the provider calls this kind of machine (`c5.xlarge`).
    public var instanceType: String

    public init(count: Int, instanceType: String) {
      self.count = count
      self.instanceType = instanceType
    }
  }

  /// Marks every machine before it exists; machines are found and released by it.
  public var tag: String
  public var groups: [Role: Group]

  public init(tag: String, groups: [Role: Group]) {
    self.tag = tag
    self.groups = groups
  }
}
