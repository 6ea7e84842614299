/// Machines of AWS EC2, in one region and for one account.
///
/// Everything of a cluster is tagged before it exists and found by its tags. Its security group is made first and deleted
/// last; what a launch asked for when it was killed is asked for again with the same client token.
public struct EC2Provider: Provider {
  let client: EC2Client
  let settings: EC2FleetSettings
  let site: any LaunchSite
  let pace: CloudPace
  /// Told what is going on, a line at a time.
  let tell: @Sendable (String) -> Void
  /// What machines cost while they run, in words; CloudUtil knows no prices.
  let price: @Sendable (_ instanceTypes: [String]) -> String

  public init(
    client: EC2Client, settings: EC2FleetSettings, site: any LaunchSite, pace: CloudPace = CloudPace(),
    price: @escaping @Sendable (_ instanceTypes: [String]) -> String = { _ in "money" },
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.client = client
    self.settings = settings
    self.site = site
    self.pace = pace
    self.price = price
    self.tell = tell
  }

  /// All roles at once. Machines of the cluster that run or are stopped, of the type and image asked for, are used again.
  /// - Throws: `FleetFailure`; `CancellationError`, after which what was made is still there.
  public func provision(_ spec: FleetSpec) async throws -> [Role: [Machine]] {
    try await explained(spec.cluster) {
      // What somebody has to put right shows before anything is made.
      let premises = try await premises(of: spec)
      // First of all, and deleted last: where it is not, there is nothing.
      let desk = RecordDesk(provider: self, cluster: spec.cluster)
      let opened = try await desk.open()
      let leases = LeaseDesk(client: client, record: opened.record, owner: settings.owner, pace: pace, tell: tell)
      do {
        return try await explained(spec.cluster) {
          try await leases.hold { lease in
            try await Provisioning(
              provider: self, spec: spec, premises: premises, opened: try await desk.reopened(opened), lease: lease
            ).machines()
          }
        }
      } catch var failure as FleetFailure {
        failure.hasRecord = true
        guard failure.isTerminated else { throw failure }
        // `terminate` may have removed the key before this launch made it known.
        try? await shielded { [self] in
          try await within(.seconds(10)) { [self] in try await forgetKey(of: spec.cluster) }
        }
        throw failure
      }
    }
  }

  /// Removes the key of a cluster that is terminated, unless it is made anew: the next one's has the same name.
  private func forgetKey(of cluster: ClusterID) async throws {
    guard try await groups(of: cluster).allSatisfy({ ClusterRecord($0) == nil }) else { return }
    try await client.send(DeleteKeyPair(keyName: cluster.resourceName))
  }

  /// `failure` with what AWS shows of its cluster now.
  /// - Throws: `AWSError`, what the credentials throw; `CancellationError`.
  public func updated(_ failure: FleetFailure) async throws -> FleetFailure {
    let seen = try await instances(of: failure.cluster)
    let groups = try? await groups(of: failure.cluster)
    return failure.updated(seen, hasGroups: groups.map { !$0.isEmpty } ?? true)
  }

  /// What the calls of `work` say, as what it means for the cluster.
  func explained<Result: Sendable>(_ cluster: ClusterID, _ work: () async throws -> Result) async throws -> Result {
    do {
      return try await work()
    } catch let error as AWSError {
      throw FleetFailure(.call(error), cluster: cluster)
    }
  }

  /// - Returns: everything that carries the tags of `cluster`, in whatever state.
  func instances(of cluster: ClusterID) async throws -> [EC2Instance] {
    try await client.sendAll(DescribeInstances(filters: ClusterTag.filters(cluster), maxResults: 1000))
      .filter { ClusterID(tags: $0.tags) == cluster }
  }

  func groups(of cluster: ClusterID) async throws -> [SecurityGroup] {
    try await client.sendAll(DescribeSecurityGroups(filters: ClusterTag.filters(cluster)))
      .filter { ClusterID(tags: $0.tags) == cluster }
  }

  /// A moment of about `pace.poll`, never quite the same for two who wait.
  func pause() async throws {
    try await Task.sleep(for: pace.poll * Double.random(in: 0.75...1.25))
  }
}
