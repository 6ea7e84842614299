/// The keys of a cluster file, in the order in which they are documented.
enum ClusterKey: String, CaseIterable, Sendable {
  case provider, user, key, on_host_loss
  // EC2.
  case region, zones, image, substitutions, volume_gb, lifetime_h, ssh_from, tags
  // Machines that are there already.
  case port, jump, hosts

  static let names = allCases.map(\.rawValue)

  /// The only provider that has this key; nil if both have it.
  var provider: ClusterFile.Provider? {
    switch self {
    case .provider, .user, .key, .on_host_loss: nil
    case .region, .zones, .image, .substitutions, .volume_gb, .lifetime_h, .ssh_from, .tags: .ec2
    case .port, .jump, .hosts: .static
    }
  }
}
