/// That one launch at a time works on a cluster. A security group without rules or machines: of two that are made with one
/// name EC2 refuses the second, whoever asks from wherever. Its number goes up when a lease is taken from a launch that
/// died, so that of several who take it one wins.
struct Lease: Equatable, Sendable {
  var groupID: String
  var number: Int
  /// As `RunOwner`.
  var holder: String
  /// For people.
  var owner: String
  var renewed: UTCTime

  /// nil if it is no lease of `cluster`.
  init?(_ group: SecurityGroup, of cluster: ClusterID) {
    let prefix = Lease.prefix(cluster)
    guard group.name.hasPrefix(prefix), let number = Int(group.name.dropFirst(prefix.count)) else { return nil }
    groupID = group.id
    self.number = number
    holder = group.tags[ClusterTag.holder] ?? ""
    owner = group.tags[ClusterTag.owner] ?? ""
    renewed = group.tags[ClusterTag.renewed].flatMap(UTCTime.init(iso8601:)) ?? UTCTime(seconds: 0)
  }

  static func name(_ cluster: ClusterID, _ number: Int) -> String { prefix(cluster) + String(number) }
  private static func prefix(_ cluster: ClusterID) -> String { "\(cluster.resourceName)/lease-" }

  enum State: Equatable {
    /// Its launch is at work, as far as anybody can tell.
    case held
    /// Its launch has died.
    case dead
  }

  /// - Parameter life: after which no sign of life means death; that of a process of this machine is known at once.
  func state(now: UTCTime, life: Duration) -> State {
    switch RunOwner(holder)?.state {
    case .running: .held
    case .ended: .dead
    case .elsewhere, nil: now - renewed < life ? .held : .dead
    }
  }
}
