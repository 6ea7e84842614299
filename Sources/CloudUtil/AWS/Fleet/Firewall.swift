/// Who may reach the machines of a cluster: ssh from where it was launched, everything among themselves, nothing else.
enum Firewall {
  /// - Parameter sources: IPv4 networks, as `198.51.100.7/32`.
  static func rules(groupID: String, sshFrom sources: [String]) -> [IPPermission] {
    [
      IPPermission(ipProtocol: "tcp", fromPort: 22, toPort: 22, ranges: sources.map { .init($0) }),
      IPPermission(ipProtocol: "-1", groups: [.init(groupID)]),
    ]
  }

  /// What has to be added to `present` and what removed, so that it is `wanted`. Each rule has one source then.
  static func difference(
    present: [IPPermission], wanted: [IPPermission]
  ) -> (missing: [IPPermission], surplus: [IPPermission]) {
    let (there, needed) = (Set(present.flatMap(single)), Set(wanted.flatMap(single)))
    let order = { (rules: Set<IPPermission>) in rules.sorted { "\($0)" < "\($1)" } }
    return (order(needed.subtracting(there)), order(there.subtracting(needed)))
  }

  /// The rule as rules of one source each, without descriptions and with ports only where the protocol has them.
  private static func single(_ rule: IPPermission) -> [IPPermission] {
    let hasPorts = rule.ipProtocol != "-1"
    let empty = IPPermission(
      ipProtocol: rule.ipProtocol, fromPort: hasPorts ? rule.fromPort : nil, toPort: hasPorts ? rule.toPort : nil)
    func with(_ change: (inout IPPermission) -> Void) -> IPPermission {
      var copy = empty
      change(&copy)
      return copy
    }
    return rule.groups.map { group in with { $0.groups = [.init(group.groupID)] } }
      + rule.ranges.map { range in with { $0.ranges = [.init(range.cidr)] } }
      + rule.ranges6.map { range in with { $0.ranges6 = [.init(range.cidr)] } }
  }
}
