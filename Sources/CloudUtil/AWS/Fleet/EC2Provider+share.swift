/// What a launch has of a cluster: what it may give back.
public enum LaunchShare: Equatable, Sendable {
  /// It has asked for no machine of the cluster that there is now.
  case none
  /// Somebody else launches on it.
  case busy(owner: String)
  /// It has asked for every machine that there is now, as far as AWS shows them.
  case all
  /// There are machines that it has not asked for.
  case some
}

extension EC2Provider {
  /// What the launches of this process have of `cluster`, as its tags and this machine's journal tell. Changes nothing.
  /// - Throws: `FleetFailure`; what reading the journal throws.
  public func share(of cluster: ClusterID) async throws -> LaunchShare {
    try await explained(cluster) {
      let groups = try await groups(of: cluster)
      // One that was made anew is another's.
      guard let record = groups.lazy.compactMap({ ClusterRecord($0) }).first else { return .none }
      let journal = try LaunchJournal(folder: site.folder(of: cluster))
      let own = Set(try journal.entries(of: record.groupID).filter { $0.holder == LeaseDesk.holder }.map(\.token))
      guard !own.isEmpty else { return .none }
      if let lease = groups.lazy.compactMap({ Lease($0, of: cluster) }).first, lease.holder != LeaseDesk.holder,
        lease.state(now: .now, life: pace.leaseLife) == .held
      {
        return .busy(owner: lease.owner)
      }
      let alive = try await instances(of: cluster).filter { !$0.state.isEnding }
      return alive.allSatisfy { $0.tags[ClusterTag.token].map(own.contains) ?? false } ? .all : .some
    }
  }
}
