/// That one launch at a time works on a cluster. A security group without rules or machines: of two that are made with one
/// name EC2 refuses the second, whoever asks from wherever. It stays where a launch died, and tells so.
struct Lease: Equatable, Sendable {
  var groupID: String
  /// The process that took it, as `RunOwner`; empty if that is not known.
  var holder: String
  /// Whether its launch has said that it gave up.
  var isGivenUp: Bool
  /// For people.
  var owner: String
  var renewed: UTCTime

  /// nil if it is no lease of `cluster`.
  init?(_ group: SecurityGroup, of cluster: ClusterID) {
    guard group.name == Lease.name(cluster) else { return nil }
    groupID = group.id
    let holder = group.tags[ClusterTag.holder] ?? ""
    isGivenUp = holder.hasPrefix(Lease.givenUp)
    self.holder = String(isGivenUp ? holder.dropFirst(Lease.givenUp.count) : holder[...])
    owner = group.tags[ClusterTag.owner] ?? ""
    renewed = group.tags[ClusterTag.renewed].flatMap(UTCTime.init(iso8601:)) ?? UTCTime(seconds: 0)
  }

  /// What stands before the holder then.
  static let givenUp = "gave up: "

  static func name(_ cluster: ClusterID) -> String { "\(cluster.resourceName)/lease" }

  enum State: Equatable {
    /// Its launch is at work, as far as anybody can tell.
    case held
    /// Its launch has died or given up, and may have made what nobody sees yet.
    case dead
  }

  /// - Parameter life: after which no sign of life means death; that of a process of this machine is known at once.
  func state(now: UTCTime, life: Duration) -> State {
    if isGivenUp { return .dead }
    switch RunOwner(holder)?.state {
    case .running: return .held
    case .ended: return .dead
    case .elsewhere, nil: return now - renewed < life ? .held : .dead
    }
  }
}
