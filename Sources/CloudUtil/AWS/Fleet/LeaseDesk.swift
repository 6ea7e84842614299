/// Takes, keeps and gives back the lease of a cluster.
struct LeaseDesk: Sendable {
  let client: EC2Client
  let record: ClusterRecord
  let owner: String
  let pace: CloudPace
  let tell: @Sendable (String) -> Void

  private var cluster: ClusterID { record.id }

  /// Does `work` while nobody else works on the cluster. If it fails, the lease stays, as one of a launch that gave up.
  /// - Throws: `FleetFailure` `busy`; `terminated` if the cluster's record is gone when `work` fails for something that is not
  ///   known; `leaseLost`; what `work` throws.
  func hold<Result: Sendable>(_ work: @escaping @Sendable (HeldLease) async throws -> Result) async throws -> Result {
    let lease = try await take()
    let groupID = lease.groupID
    do {
      let result = try await withRenewal(of: lease) { try await work(lease) }
      do {
        try await delete(groupID)
      } catch let error as AWSError {
        // The work is done; the lease is taken for a dead one in a while.
        tell("the lease of cluster \(cluster) cannot be given back: \(error)")
      }
      return result
    } catch {
      let mayBeGone =
        (error as? FleetFailure)?.mayMeanTermination ?? (error as? AWSError)?.mayMeanTermination ?? false
      if mayBeGone, (try? await isRecordGone()) ?? false {
        // Nothing of the cluster is to stay.
        try? await shielded { [self] in try await within(.seconds(10)) { [self] in try await delete(groupID) } }
        throw FleetFailure(.terminated, cluster: cluster)
      }
      if error is CancellationError { tell("interrupted: telling other launches of \(cluster), for 10 s at most") }
      // Whoever is interrupted waits for nothing long; a lease that cannot be marked is one of a dead launch.
      try? await shielded { [self] in
        try await within(.seconds(10)) { [self] in
          try await client.sendUntilKnown(
            CreateTags(resourceIDs: [groupID], tags: [EC2Tag(ClusterTag.holder, Lease.givenUp + LeaseDesk.holder)]),
            pace: pace)
        }
      }
      throw error
    }
  }

  /// Whether somebody has deleted the cluster's record: EC2 does not show it for longer than it may not tell of it.
  private func isRecordGone() async throws -> Bool {
    let deadline = ContinuousClock.now + pace.visibility
    while true {
      let groups = try await client.sendAll(DescribeSecurityGroups(filters: ClusterTag.filters(cluster)))
      if groups.contains(where: { $0.id == record.groupID }) { return false }
      guard ContinuousClock.now < deadline else { return true }
      try await Task.sleep(for: pace.poll)
    }
  }

  private func withRenewal<Result: Sendable>(
    of lease: HeldLease, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      defer { group.cancelAll() }
      group.addTask(operation: work)
      group.addTask {
        try await keep(lease)
        return nil
      }
      while let next = try await group.next() {
        if let next { return next }
      }
      throw CancellationError()
    }
  }

  private func take() async throws -> HeldLease {
    let deadline = ContinuousClock.now + pace.visibility
    // Of a death that somebody else has found.
    let unsettled = record.unsettled.map { .now - $0 < pace.visibility + LeaseDesk.skew } ?? false
    var dead: String? = unsettled ? "" : nil
    while true {
      do {
        return held(try await create(), dead)
      } catch let error as AWSError where error.kind == .duplicate {}
      guard let lease = try await find() else {
        // Made a moment ago by somebody who was faster, or by a first try of this very call, whose reply was lost.
        guard ContinuousClock.now < deadline else {
          throw FleetFailure(.busy(owner: "somebody", holder: "not visible", since: .now), cluster: cluster)
        }
        try await Task.sleep(for: pace.poll)
        continue
      }
      if lease.holder == LeaseDesk.holder, !lease.isGivenUp { return held(lease.groupID, dead) }
      guard try await isDead(lease) else { throw busy(lease) }
      // Whoever comes after a death right now has to know of the death before.
      try await client.sendUntilKnown(
        CreateTags(resourceIDs: [record.groupID], tags: [EC2Tag(ClusterTag.unsettled, UTCTime.now.iso8601)]),
        pace: pace)
      // By its id: a lease that somebody else has taken meanwhile is another.
      try await delete(lease.groupID)
      dead = dead == nil ? lease.holder : ""
    }
  }

  /// How far the clocks of two operators may be apart: AWS takes no call from one that is five minutes wrong.
  private static let skew: Duration = .seconds(600)

  /// Whether the launch of `lease` has died. Of one elsewhere the clock alone does not tell, which may be another's: it is
  /// watched for as long as it takes to renew a lease.
  private func isDead(_ lease: Lease) async throws -> Bool {
    guard lease.state(now: .now, life: pace.leaseLife) == .dead else { return false }
    guard !lease.isGivenUp, RunOwner(lease.holder)?.state != .ended else { return true }
    let deadline = ContinuousClock.now + pace.renewal + pace.visibility
    while ContinuousClock.now < deadline {
      try await Task.sleep(for: pace.poll)
      if let now = try await find(), now.groupID == lease.groupID, now.renewed != lease.renewed { return false }
    }
    return true
  }

  private func create() async throws -> String {
    try await client.send(
      CreateSecurityGroup(
        groupName: Lease.name(cluster), groupDescription: "run_exp: a launch is at work on \(cluster)",
        tagSpecifications: [
          TagSpecification(
            "security-group",
            .init([
              ClusterTag.experiment: cluster.experiment, ClusterTag.cluster: cluster.name, ClusterTag.owner: owner,
              ClusterTag.holder: LeaseDesk.holder, ClusterTag.renewed: UTCTime.now.iso8601,
            ]))
        ]))
  }

  private func held(_ groupID: String, _ dead: String?) -> HeldLease {
    HeldLease(groupID: groupID, dead: dead, life: pace.leaseLife) { [self] in
      do {
        let tag = EC2Tag(ClusterTag.renewed, UTCTime.now.iso8601)
        try await client.sendUntilKnown(CreateTags(resourceIDs: [groupID], tags: [tag]), pace: pace)
      } catch let error as AWSError where error.kind == .notFoundYet {
        throw FleetFailure(.leaseLost(error), cluster: cluster)
      }
    }
  }

  /// Says again and again that this launch is alive. That AWS cannot be told now does not end it.
  private func keep(_ lease: HeldLease) async throws {
    while true {
      try await Task.sleep(for: pace.renewal)
      do { try await lease.renew() } catch is AWSError {}
    }
  }

  private func delete(_ groupID: String) async throws { try await client.deleteGroup(groupID, pace: pace) }

  private func find() async throws -> Lease? {
    try await client.sendAll(DescribeSecurityGroups(filters: ClusterTag.filters(cluster)))
      .compactMap { Lease($0, of: cluster) }.first
  }

  private func busy(_ lease: Lease) -> FleetFailure {
    FleetFailure(.busy(owner: lease.owner, holder: lease.holder, since: lease.renewed), cluster: cluster)
  }

  /// This process.
  static let holder = RunOwner.current?.description ?? "unknown-\(UInt64.random(in: 0 ... .max))"
}
