/// The instances of a cluster as seen by one question, and what of them serves a fleet. Pure.
struct FleetView: Sendable {
  var instances: [Instance]

  /// Those of a role that can serve it, the best first: running, then on their way, then stopped.
  func usable(for role: Role, instanceType: String, imageID: String) -> [Instance] {
    instances
      .filter {
        $0.tags[ClusterTag.role] == role.name && $0.type == instanceType && $0.imageID == imageID && !$0.state.isEnding
      }
      .sorted { ($0.state.rank, $0.id) < ($1.state.rank, $1.id) }
  }

  var alive: [Instance] { instances.filter { !$0.state.isEnding } }
  /// Those that are not terminated; shutting down, they cost nothing but still use the security group.
  var present: [Instance] { instances.filter { $0.state != .terminated } }
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
