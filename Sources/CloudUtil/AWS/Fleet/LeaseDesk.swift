/// Takes, keeps and gives back the lease of a cluster.
struct LeaseDesk: Sendable {
  let client: EC2Client
  let cluster: ClusterID
  let owner: String
  let pace: CloudPace

  /// Does `work` while nobody else works on the cluster.
  /// - Parameter work: is told whether the lease was taken from a launch that died.
  /// - Throws: `FleetFailure` `busy`, or `terminated` if the lease is deleted meanwhile; what `work` throws.
  func hold<Result: Sendable>(_ work: @escaping @Sendable (Bool) async throws -> Result) async throws -> Result {
    let (groupID, takenFromDead) = try await take()
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(
        try await withThrowingTaskGroup(of: Result?.self) { group in
          group.addTask { try await work(takenFromDead) }
          group.addTask {
            try await renew(groupID)
            return nil
          }
          defer { group.cancelAll() }
          while let next = try await group.next() {
            if let next { return next }
          }
          throw CancellationError()
        })
    } catch { result = .failure(error) }
    // Also where the launch is interrupted: a lease that stays makes the next launch wait.
    try? await shielded { [self] in try await giveBack(groupID) }
    return try result.get()
  }

  private func take() async throws -> (groupID: String, takenFromDead: Bool) {
    let found = try await leases()
    let now = UTCTime.now
    if let held = found.first(where: { $0.state(now: now, life: pace.leaseLife) == .held }) { throw busy(held) }
    let number = (found.map(\.number).max() ?? 0) + 1
    let groupID: String
    do {
      groupID = try await client.send(
        CreateSecurityGroup(
          groupName: Lease.name(cluster, number), groupDescription: "run_exp: a launch is at work on \(cluster)",
          tagSpecifications: [TagSpecification("security-group", .init(tags(now)))]))
    } catch let error as AWSError where error.kind == .duplicate {
      return try await takeDuplicate(number, error, takenFromDead: !found.isEmpty)
    }
    // Somebody who saw the same dead lease, and was slower, may have taken the next number after this one was given back.
    if let other = try await leases().first(where: {
      $0.groupID != groupID && $0.state(now: .now, life: pace.leaseLife) == .held
    }) {
      try? await giveBack(groupID)
      throw busy(other)
    }
    for dead in found { try await giveBack(dead.groupID) }
    return (groupID, !found.isEmpty)
  }

  /// Somebody was faster; or a first try of this very call, whose reply was lost.
  private func takeDuplicate(
    _ number: Int, _ error: AWSError, takenFromDead: Bool
  ) async throws -> (groupID: String, takenFromDead: Bool) {
    let deadline = ContinuousClock.now + pace.visibility
    while true {
      if let there = try await leases().first(where: { $0.number == number }) {
        guard there.holder == holder else { throw busy(there) }
        return (there.groupID, takenFromDead)
      }
      guard ContinuousClock.now < deadline else { throw error }
      try await Task.sleep(for: pace.poll)
    }
  }

  private func renew(_ groupID: String) async throws {
    while true {
      try await Task.sleep(for: pace.renewal)
      do {
        try await client.send(
          CreateTags(resourceIDs: [groupID], tags: [EC2Tag(ClusterTag.renewed, UTCTime.now.iso8601)]))
      } catch let error as AWSError where error.kind == .notFoundYet {
        throw FleetFailure(.terminated, cluster: cluster)
      }
    }
  }

  private func giveBack(_ groupID: String) async throws {
    do {
      try await client.send(DeleteSecurityGroup(groupID: groupID))
    } catch let error as AWSError where error.kind == .notFoundYet {}
  }

  private func leases() async throws -> [Lease] {
    try await client.sendAll(DescribeSecurityGroups(filters: ClusterTag.filters(cluster)))
      .compactMap { Lease($0, of: cluster) }
  }

  private func busy(_ lease: Lease) -> FleetFailure {
    FleetFailure(.busy(owner: lease.owner, holder: lease.holder, since: lease.renewed), cluster: cluster)
  }

  private var holder: String { RunOwner.current?.description ?? "" }

  private func tags(_ now: UTCTime) -> [String: String] {
    [
      ClusterTag.experiment: cluster.experiment, ClusterTag.cluster: cluster.name, ClusterTag.owner: owner,
      ClusterTag.holder: holder, ClusterTag.renewed: now.iso8601,
    ]
  }
}
