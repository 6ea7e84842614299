/// What a `terminate` found of a cluster.
public struct ClusterEnd: Sendable {
  /// The machines that it ended, by id.
  public var changes: [StateChange]
  /// Whether AWS showed anything of it, machines that had ended before included.
  public var hasSeenAny: Bool
}

extension EC2Provider {
  /// Ends everything of `cluster`, whoever made it and whatever state it is in: machines, security groups, key pair.
  ///
  /// Returns when a question by tag shows nothing of it any more. May be called again at any time.
  /// - Parameter ended: hears of machines as soon as they are ended, each once, whatever becomes of the rest.
  /// - Throws: `FleetFailure`; `CancellationError`, after which what is left may be ended by another call.
  public func terminate(
    _ cluster: ClusterID, ended: @escaping @Sendable ([StateChange]) -> Void = { _ in }
  ) async throws -> ClusterEnd {
    try await explained(cluster) {
      var course = TerminationCourse(provider: self, cluster: cluster, ended: ended)
      return try await course.run()
    }
  }

  /// The course of one `terminate`.
  private struct TerminationCourse {
    let provider: EC2Provider
    let cluster: ClusterID
    let ended: @Sendable ([StateChange]) -> Void
    private var changes: [String: StateChange] = [:]
    private var quietUntil = ContinuousClock.now
    private var hasSeenLease = false
    private var hasSeenAny = false
    /// Whether the record was there and this has deleted it: nobody can have used it since.
    private var hasDeletedRecord = false
    /// Why names cannot be tried.
    private var unproved: AWSError?
    /// Why a machine cannot be ended.
    private var refusal: AWSError?
    /// Why the rest could not be removed at the last try, by the group's id or the name.
    private var obstacles: [String: AWSError] = [:]
    private var tellAt: ContinuousClock.Instant

    init(provider: EC2Provider, cluster: ClusterID, ended: @escaping @Sendable ([StateChange]) -> Void) {
      self.provider = provider
      self.cluster = cluster
      self.ended = ended
      tellAt = .now + provider.pace.report
    }

    mutating func run() async throws -> ClusterEnd {
      let deadline = ContinuousClock.now + provider.pace.patience
      while true {
        let instances = try await provider.instances(of: cluster)
        let view = FleetView(instances: instances)
        // First what costs.
        if !view.alive.isEmpty { try await end(view.alive.map(\.id)) }
        let groups = try await provider.groups(of: cluster)
        lookForLaunches(groups)
        hasSeenAny = hasSeenAny || !instances.isEmpty || !groups.isEmpty
        obstacles = [:]
        let isQuiet = ContinuousClock.now >= quietUntil
        if view.present.isEmpty, isQuiet, try await isRestRemoved(groups) {
          return ClusterEnd(changes: changes.values.sorted { $0.instanceID < $1.instanceID }, hasSeenAny: hasSeenAny)
        }
        let left = left(view.present, groups)
        guard ContinuousClock.now < deadline else {
          throw FleetFailure(.late(left), cluster: cluster, alive: view.alive)
        }
        // In a quiet time nothing of the rest has been tried yet.
        if !view.present.isEmpty || !obstacles.isEmpty { tellOfWaiting(left) }
        try await provider.pause()
      }
    }

    /// What there still is, and why where that is known: `i-1 (shutting-down)`, `sg-1 (DeleteSecurityGroup: …)`.
    private func left(_ present: [EC2Instance], _ groups: [SecurityGroup]) -> [String] {
      let machines = present.map { "\($0.id) (\($0.state))" }
      let known = groups.map { group in group.id + (obstacles[group.id].map { " (\($0))" } ?? "") }
      let hidden = obstacles.filter { obstacle in groups.allSatisfy { $0.id != obstacle.key } }
      return machines + known + hidden.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    }

    private mutating func tellOfWaiting(_ left: [String]) {
      guard ContinuousClock.now >= tellAt else { return }
      tellAt = .now + provider.pace.report
      // More than these tell nothing new.
      let shown = 10
      let rest = left.count > shown ? ", and \(left.count - shown) more" : ""
      provider.tell("\(cluster): still waiting for \(left.prefix(shown).joined(separator: ", "))\(rest)")
    }

    /// A launch that died, or is alive, may have made machines that are not visible yet.
    private mutating func lookForLaunches(_ groups: [SecurityGroup]) {
      guard !hasSeenLease, let lease = groups.compactMap({ Lease($0, of: cluster) }).first else { return }
      hasSeenLease = true
      quietUntil = .now + provider.pace.visibility
      if lease.state(now: .now, life: provider.pace.leaseLife) == .held {
        provider.tell("WARNING: a launch of \(lease.owner) is at work on cluster \(cluster); it will fail")
      } else {
        // A launch says who holds it; `terminate` takes the name for a moment only.
        let end =
          lease.isGivenUp ? "a launch of cluster \(cluster) gave up" : "a launch of cluster \(cluster) died at work"
        let before = lease.holder.isEmpty ? "a terminate of cluster \(cluster) was cut short" : end
        provider.tell("\(before): waiting until all that was made can be seen")
      }
    }

    /// One machine that is not known, or is protected against it, does not save the others.
    private mutating func end(_ ids: [String]) async throws {
      var batches = stride(from: 0, to: ids.count, by: 100).map { Array(ids[$0..<min($0 + 100, ids.count)]) }
      while let batch = batches.popLast() {
        do {
          let new = try await provider.client.send(TerminateInstances(batch)).filter { changes[$0.instanceID] == nil }
          for change in new { changes[change.instanceID] = change }
          ended(new)
        } catch let error as AWSError where error.kind == .notFoundYet && batch.count > 1 {
          let known = batch.filter { !error.message.contains($0) }
          // Without the ids it complains of, or, if it names none, one by one.
          batches += known.count < batch.count ? [known].filter { !$0.isEmpty } : batch.map { [$0] }
        } catch let error as AWSError where error.kind == .notFoundYet {
          // The next look tells whether it is there.
        } catch let error as AWSError where error.kind == .incorrectState && batch.count > 1 {
          batches += batch.map { [$0] }
        } catch let error as AWSError where error.kind == .incorrectState {
          refusal = error
        }
      }
      // The others are on their way: waiting does not help this one.
      if let refusal { throw refusal }
    }

    /// Removes what is left when no machine is.
    /// - Returns: whether there was nothing.
    private mutating func isRestRemoved(_ groups: [SecurityGroup]) async throws -> Bool {
      // Whether or not it can be seen; one that is not there is no error.
      try await provider.client.send(DeleteKeyPair(keyName: cluster.resourceName))
      // The cluster's record last: while it is there, somebody may find what else is.
      for group in groups.sorted(by: { $0.name.count > $1.name.count }) {
        if group.name == cluster.resourceName {
          guard try await isFree(Lease.name(cluster)) else { return false }
        }
        do {
          try await provider.client.send(DeleteSecurityGroup(groupID: group.id))
          hasDeletedRecord = hasDeletedRecord || group.name == cluster.resourceName
        } catch let error as AWSError where error.kind == .dependency {
          obstacles[group.id] = error
          return false
        } catch let error as AWSError where error.kind == .notFoundYet {}
      }
      guard groups.isEmpty else { return false }
      return hasDeletedRecord ? true : try await isFree(cluster.resourceName)
    }

    /// Whether no security group has `name`, not even one that was made a moment ago and cannot be seen yet: EC2 knows at
    /// once which names are taken, so the name is taken and given back.
    private mutating func isFree(_ name: String) async throws -> Bool {
      let id: String
      do {
        id = try await provider.client.send(
          CreateSecurityGroup(
            groupName: name, groupDescription: "run_exp: nothing of \(cluster) is left",
            tagSpecifications: [
              TagSpecification(
                "security-group",
                .init([ClusterTag.experiment: cluster.experiment, ClusterTag.cluster: cluster.name]))
            ]))
      } catch let error as AWSError where error.kind == .duplicate {
        obstacles[name] = error
        return false
      } catch let error as AWSError where error.kind == .missing(.network) {
        // Without a network there are no groups in it.
        return true
      } catch let error as AWSError where [.permission, .quota].contains(error.kind) {
        guard unproved == nil else { return true }
        // Then what can be seen has to do, after a time in which it becomes visible.
        provider.tell("cannot prove that nothing is left, only look once more in a while: \(error)")
        unproved = error
        quietUntil = .now + provider.pace.visibility
        return false
      }
      try await provider.client.deleteGroup(id, pace: provider.pace)
      return true
    }
  }
}
