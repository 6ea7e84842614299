import CloudUtil

extension ClusterReader {
  mutating func staticSettings() -> StaticSettings {
    // What holds for each machine that does not say otherwise.
    let all = StaticSettings.Machine(
      address: "", user: user(optional(.user)), port: port(optional(.port)) ?? 22, key: keyOfAll())
    return StaticSettings(jump: jump(user: all.user), onHostLoss: onHostLoss(), hosts: hosts(all))
  }

  private mutating func port(_ field: Field?) -> Int? { field?.integer(1...65_535, problems: &problems) }

  private static let addressRule = "the name or the IP address of a machine"

  private mutating func address(_ field: Field?) -> String? {
    string(field, allowed: Self.addressRule) {
      $0.utf8.count <= 253
        && $0.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*/) != nil
    }
  }

  private mutating func jump(user: String?) -> StaticSettings.Jump? {
    guard let field = optional(.jump),
      let members = field.members(
        known: ["host", "port", "user"], allowed: "{host: gate.example.org, port: 22, user: me}", problems: &problems),
      let host = address(members.required("host", allowed: Self.addressRule, problems: &problems))
    else { return nil }
    return StaticSettings.Jump(
      host: host, port: port(members.optional("port")) ?? 22, user: self.user(members.optional("user")) ?? user)
  }

  private mutating func hosts(_ all: StaticSettings.Machine) -> [String: [StaticSettings.Machine]] {
    let rule = "roles, each with a list of machines, such as worker: [10.0.0.1, 10.0.0.2]"
    guard let field = keys.required(ClusterKey.hosts.rawValue, allowed: rule, problems: &problems) else { return [:] }
    let entries = field.entries(allowed: rule, problems: &problems)
    if entries.isEmpty, case .object = field.node.value { problems.add(field, "no role is in it; allowed: \(rule)") }
    var hosts: [String: [StaticSettings.Machine]] = [:]
    for entry in entries {
      check(role: entry)
      hosts[entry.key] = machines(entry.value, all)
    }
    return hosts
  }

  /// Roles are open names; a slip of the pen in one of ours would leave it without machines.
  private mutating func check(role: Entry) {
    let name = role.key
    let ours = ["frontend", "worker", "client", "bg_frontend", "bg_client"]
    let near = NearestName.of(name, among: ours).flatMap { NearestName.distance(name, $0) <= 2 ? $0 : nil }
    if !FolderName.isValid(name) {
      problems.add(role.problem("no name of a role; allowed: \(FolderName.rule)"))
    } else if let near, near != name {
      problems.add(role.problem("unknown role; did you mean \(near)?"))
    }
  }

  private mutating func machines(_ field: Field, _ all: StaticSettings.Machine) -> [StaticSettings.Machine] {
    guard let fields = field.items(allowed: "machine (an address, or {address: ..., user: ...})", problems: &problems)
    else { return [] }
    var machines: [StaticSettings.Machine] = []
    for field in fields {
      guard let machine = machine(field, all) else { continue }
      if machines.contains(where: { $0.address == machine.address && $0.port == machine.port }) {
        problems.add(field, "\(JSONNode.quoted(machine.address)) stands in the list twice; a role has a machine once")
      } else {
        machines.append(machine)
      }
    }
    return machines
  }

  private mutating func machine(_ field: Field, _ all: StaticSettings.Machine) -> StaticSettings.Machine? {
    var machine = all
    guard case .object = field.node.value else {
      guard let address = address(field) else { return nil }
      machine.address = address
      return machine
    }
    guard
      let members = field.members(
        known: ["address", "user", "port", "key"], allowed: Self.addressRule, problems: &problems)
    else { return nil }
    machine.user = user(members.optional("user")) ?? all.user
    machine.port = port(members.optional("port")) ?? all.port
    machine.key = key(members.optional("key")) ?? all.key
    guard let address = address(members.required("address", allowed: Self.addressRule, problems: &problems)) else {
      return nil
    }
    machine.address = address
    return machine
  }
}
