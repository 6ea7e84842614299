/// That one launch at a time works on a cluster. A security group without rules or machines: of two that are made with one
/// name EC2 refuses the second, whoever asks from wherever. It stays where a launch died, and tells so.
struct Lease: Equatable, Sendable {
  var groupID: String
  /// As `RunOwner`; empty once its launch has given up.
  var holder: String
  /// For people.
  var owner: String
  var renewed: UTCTime

  /// nil if it is no lease of `cluster`.
  init?(_ group: SecurityGroup, of cluster: ClusterID) {
    guard group.name == Lease.name(cluster) else { return nil }
    groupID = group.id
    holder = group.tags[ClusterTag.holder] ?? ""
    owner = group.tags[ClusterTag.owner] ?? ""
    renewed = group.tags[ClusterTag.renewed].flatMap(UTCTime.init(iso8601:)) ?? UTCTime(seconds: 0)
  }

  static func name(_ cluster: ClusterID) -> String { "\(cluster.resourceName)/lease" }

  enum State: Equatable {
    /// Its launch is at work, as far as anybody can tell.
    case held
    /// Its launch has died or given up, and may have made what nobody sees yet.
    case dead
  }

  /// - Parameter life: after which no sign of life means death; that of a process of this machine is known at once.
  func state(now: UTCTime, life: Duration) -> State {
    if holder.isEmpty { return .dead }
    switch RunOwner(holder)?.state {
    case .running: return .held
    case .ended: return .dead
    case .elsewhere, nil: return now - renewed < life ? .held : .dead
    }
  }
}
