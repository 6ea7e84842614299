import CloudUtil
import Foundation

/// Machines that people have already, as a cluster file lists them.
struct StaticPlace: Provider {
  var settings: StaticSettings
  /// Of the cluster file, for errors.
  var path: String
  var environment: [String: String]

  /// Every machine of the file, by role.
  func machines() -> [Role: [Machine]] {
    Dictionary(
      uniqueKeysWithValues: settings.hosts.map { role, machines in
        (Role(role), machines.map { Machine(name: name(of: $0), address: $0.address) })
      })
  }

  /// As many of each role as `spec` can use; fewer machines than components are shared.
  /// - Throws: `Failure` (config) if a role has none.
  func provision(_ spec: FleetSpec) throws -> [Role: [Machine]] {
    let all = machines()
    var machines: [Role: [Machine]] = [:]
    for (role, group) in spec.groups where group.count > 0 {
      guard let some = all[role], !some.isEmpty else {
        throw Failure(exitCode: .config, "\(path): hosts: no machine for the role \(role), which the experiment needs")
      }
      machines[role] = Array(some.prefix(group.count))
    }
    return machines
  }

  func site(of cluster: ClusterID, _ machines: [Role: [Machine]]) throws -> ClusterSite {
    let used = Set(machines.values.joined().map(\.name))
    var destinations: [String: SSHDestination] = [:]
    for machine in settings.hosts.values.joined() where used.contains(name(of: machine)) {
      let user = machine.user ?? NSUserName()
      destinations[name(of: machine)] = SSHDestination(
        address: machine.address, port: machine.port, user: user, key: try key(of: machine),
        jump: settings.jump.map { SSHDestination.Jump(host: $0.host, port: $0.port, user: $0.user ?? user) })
    }
    let state =
      "\(OperatorSite.stateFolder(environment: environment))/clusters/static/\(cluster.experiment)/\(cluster.name)"
    try StateFolder.make(state)
    return ClusterSite(
      cluster: cluster, machines: machines, destinations: destinations, state: state, knowsNames: false)
  }

  private func name(of machine: StaticSettings.Machine) -> String {
    machine.port == 22 ? machine.address : "\(machine.address):\(machine.port)"
  }

  /// The key of the file, or the first that ssh would offer and this can use.
  private func key(of machine: StaticSettings.Machine) throws -> String {
    if let key = machine.key { return key }
    let home = environment["HOME"] ?? "/root"
    let offered = ["id_ed25519", "id_ecdsa"].map { "\(home)/.ssh/\($0)" }
    if let key = offered.first(where: FileManager.default.fileExists) { return key }
    throw Failure(
      exitCode: .config, "\(path): no key for \(machine.address): name one with key, or in PARM_SSH_KEY (ed25519)")
  }
}
