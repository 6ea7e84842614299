/// A cluster as a question by tag shows it.
public struct ClusterView: Sendable {
  public var id: ClusterID
  /// Not terminated.
  public var instances: [EC2Instance]
  /// Of the cluster's record, or the earliest of its machines; nil if neither says so.
  public var expires: UTCTime?
  public var owner: String
}

extension EC2Provider {
  /// Every cluster of ours that has a machine or a security group, by experiment and name.
  public func clusters() async throws -> [ClusterView] {
    let instances = try await client.sendAll(DescribeInstances(filters: ClusterTag.any, maxResults: 1000))
    let groups = try await client.sendAll(DescribeSecurityGroups(filters: ClusterTag.any))
    var views: [ClusterID: ClusterView] = [:]
    for group in groups {
      guard let id = ClusterID(tags: group.tags) else { continue }
      let record = ClusterRecord(group)
      var view = views[id] ?? ClusterView(id: id, instances: [], expires: nil, owner: "")
      if let record { (view.expires, view.owner) = (record.expires, record.owner) }
      views[id] = view
    }
    for instance in instances where instance.state != .terminated {
      guard let id = ClusterID(tags: instance.tags) else { continue }
      var view =
        views[id] ?? ClusterView(id: id, instances: [], expires: nil, owner: instance.tags[ClusterTag.owner] ?? "")
      view.instances.append(instance)
      if groups.allSatisfy({ $0.name != id.resourceName }) {
        view.expires = [view.expires, instance.expires].compactMap { $0 }.min()
      }
      views[id] = view
    }
    return views.values.sorted { ($0.id.experiment, $0.id.name) < ($1.id.experiment, $1.id.name) }
  }

  /// The machines of `cluster` that run, by role.
  public func machines(of cluster: ClusterID) async throws -> [Role: [Machine]] {
    try await explained(cluster) {
      let running = try await instances(of: cluster).filter { $0.state == .running }.sorted { $0.id < $1.id }
      return Dictionary(grouping: running) { $0.role ?? Role("") }.mapValues { $0.map(Machine.init) }
    }
  }

  /// The machines of `cluster` that run, or are about to: those that cost.
  public func running(of cluster: ClusterID) async throws -> [EC2Instance] {
    try await instances(of: cluster).filter { $0.state == .running || $0.state == .pending }
  }

  /// Lets the machines of `cluster` run until `duration` from now, at least; never shortens their time.
  /// - Returns: when they end now, and how many there are.
  /// - Throws: `FleetFailure`.
  public func extend(_ cluster: ClusterID, by duration: Duration) async throws -> (expires: UTCTime, machines: Int) {
    try await explained(cluster) {
      guard let record = try await groups(of: cluster).compactMap({ ClusterRecord($0) }).first else {
        throw FleetFailure(
          .misfit("there is no cluster \(cluster) in this region; run_exp list shows those there are"),
          cluster: cluster,
          alive: [])
      }
      let alive = try await instances(of: cluster).filter { !$0.state.isEnding }
      let expires = alive.latestExpiry(orElse: max(record.expires, .now + duration))
      // The record with the first: a launch takes the time of new machines from it.
      try await setExpiry(expires, of: [record.groupID] + alive.map(\.id))
      return (expires, alive.count)
    }
  }

  /// The machines read the tag from their own metadata.
  func setExpiry(_ expires: UTCTime, of ids: [String]) async throws {
    for start in stride(from: 0, to: ids.count, by: 500) {
      var some = Array(ids[start..<min(start + 500, ids.count)])
      let tag = EC2Tag(ClusterTag.expires, expires.iso8601)
      while !some.isEmpty {
        do {
          try await client.sendUntilKnown(CreateTags(resourceIDs: some, tags: [tag]), pace: pace)
          break
        } catch let error as AWSError where error.kind == .notFoundYet {
          // A machine that has ended meanwhile does not keep the others from their time.
          let known = some.filter { !error.message.contains($0) }
          guard known.count < some.count else { throw error }
          some = known
        }
      }
    }
  }
}
