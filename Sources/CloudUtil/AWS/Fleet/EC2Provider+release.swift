extension EC2Provider {
  /// Ends everything of `cluster`, whoever made it and whatever state it is in: machines, security groups, key pair.
  ///
  /// Returns when a question by tag shows nothing of it any more. May be called again at any time.
  /// - Returns: the machines that were ended by this call.
  /// - Throws: `FleetFailure`.
  public func terminate(_ cluster: ClusterID) async throws -> [StateChange] {
    try await explained(cluster) {
      var course = Termination(provider: self, cluster: cluster)
      return try await course.run()
    }
  }

  /// The course of one `terminate`.
  private struct Termination {
    let provider: EC2Provider
    let cluster: ClusterID
    private var changes: [String: StateChange] = [:]
    private var quietUntil = ContinuousClock.now
    private var hasSeenLease = false
    /// Whether the record was there and this has deleted it: nobody can have used it since.
    private var hasDeletedRecord = false
    /// Why names cannot be tried.
    private var unproved: AWSError?
    /// Why a machine cannot be ended.
    private var refusal: AWSError?

    init(provider: EC2Provider, cluster: ClusterID) {
      self.provider = provider
      self.cluster = cluster
    }

    mutating func run() async throws -> [StateChange] {
      let deadline = ContinuousClock.now + provider.pace.patience
      while true {
        let instances = try await provider.instances(of: cluster)
        let groups = try await provider.groups(of: cluster)
        lookForLaunches(groups)
        let view = FleetView(instances: instances)
        if !view.alive.isEmpty { try await end(view.alive.map(\.id)) }
        let isQuiet = ContinuousClock.now >= quietUntil
        if view.present.isEmpty, isQuiet, try await isRestRemoved(groups) {
          return changes.values.sorted { $0.instanceID < $1.instanceID }
        }
        guard ContinuousClock.now < deadline else {
          let left = view.present.map { "\($0.id) (\($0.state))" } + groups.map(\.id)
          throw FleetFailure(.late(left), cluster: cluster, alive: view.alive)
        }
        try await provider.pause()
      }
    }

    /// A launch that died, or is alive, may have made machines that are not visible yet.
    private mutating func lookForLaunches(_ groups: [SecurityGroup]) {
      guard !hasSeenLease, let lease = groups.compactMap({ Lease($0, of: cluster) }).first else { return }
      hasSeenLease = true
      quietUntil = .now + provider.pace.visibility
      if lease.state(now: .now, life: provider.pace.leaseLife) == .held {
        provider.tell("WARNING: a launch of \(lease.owner) is at work on cluster \(cluster); it will fail")
      } else {
        let end = lease.isGivenUp ? "gave up" : "died at work"
        provider.tell("a launch of cluster \(cluster) \(end): waiting until all that it made can be seen")
      }
    }

    /// One machine that is not known, or is protected against it, does not save the others.
    private mutating func end(_ ids: [String]) async throws {
      var batches = stride(from: 0, to: ids.count, by: 100).map { Array(ids[$0..<min($0 + 100, ids.count)]) }
      while let batch = batches.popLast() {
        do {
          for change in try await provider.client.send(TerminateInstances(batch)) {
            if changes[change.instanceID] == nil { changes[change.instanceID] = change }
          }
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
