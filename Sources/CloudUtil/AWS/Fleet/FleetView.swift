/// The instances of a cluster as seen by one question, and what of them serves a fleet. Pure.
struct FleetView: Sendable {
  var instances: [EC2Instance]

  /// Those of a role that can serve it, the best first: running, then on their way, then stopped.
  func usable(for role: Role, instanceType: String, imageID: String) -> [EC2Instance] {
    instances
      .filter {
        $0.tags[ClusterTag.role] == role.name && $0.type == instanceType && $0.imageID == imageID && !$0.state.isEnding
      }
      .sorted { ($0.state.rank, $0.id) < ($1.state.rank, $1.id) }
  }

  var alive: [EC2Instance] { instances.filter { !$0.state.isEnding } }
  /// Those that are not terminated; shutting down, they cost nothing but still use the security group.
  var present: [EC2Instance] { instances.filter { $0.state != .terminated } }
}

extension EC2Instance {
  /// When it ends itself; nil if its tag does not say.
  var expires: UTCTime? { tags[ClusterTag.expires].flatMap(UTCTime.init(iso8601:)) }
}

extension [EC2Instance] {
  /// The latest time that one of them has, or `expires` if that is later: time is only ever added, so whatever says less is
  /// old.
  func latestExpiry(orElse expires: UTCTime) -> UTCTime { compactMap(\.expires).reduce(expires, Swift.max) }
}

extension InstanceState {
  fileprivate var rank: Int {
    switch self {
    case .running: 0
    case .pending: 1
    case .stopped: 2
    case .stopping: 3
    default: 4
    }
  }
}
