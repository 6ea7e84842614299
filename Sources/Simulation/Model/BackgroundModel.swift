/// What else goes on on the workers' hosts.
public enum BackgroundModel: Hashable, Sendable {
  case none
  /// So many network shuffles at a time between `hosts` hosts, of which those from 0 on have the workers.
  case shuffles(Int, hosts: Int)
  /// A second tenant with an instance on each of so many of `hosts` hosts, all together loaded with `rate_per_s` queries/s.
  case tenant(instances: Int, hosts: Int, rate_per_s: Double, service: ServiceModel)

  /// The hosts of the tenant's instances, spread evenly.
  static func tenantHosts(instances: Int, hosts: Int) -> [Int] {
    let instances = min(instances, hosts)
    return (0..<instances).map { $0 * hosts / instances }
  }
}
