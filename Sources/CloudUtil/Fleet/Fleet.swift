/// The hosts of an experiment. One host may serve several roles.
public struct Fleet: Sendable {
  public var hosts: [Role: [Host]]

  public init(hosts: [Role: [Host]]) { self.hosts = hosts }

  /// - Parameter shell: how each machine is commanded.
  public init(_ machines: [Role: [Machine]], shell: (Machine) -> any RemoteShell) {
    hosts = machines.mapValues { $0.map { Host(name: $0.name, address: $0.address, shell: shell($0)) } }
  }

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
  public var cluster: ClusterID
  public var groups: [Role: Group]

  public init(cluster: ClusterID, groups: [Role: Group]) {
    self.cluster = cluster
    self.groups = groups
  }
}
