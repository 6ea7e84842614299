/// Finds the record of a cluster, or makes it.
struct RecordDesk {
  let provider: EC2Provider
  let cluster: ClusterID

  /// A record, and what is known of it.
  struct Opened: Sendable {
    var record: ClusterRecord
    /// The one that the record says; nil if AWS has it no more.
    var image: Image?
    /// Made just now: nothing of the cluster was there before.
    var isNew: Bool
  }

  func open() async throws -> Opened {
    let images = ImageSearch(client: provider.client, cluster: cluster)
    if let record = try await find() { return try await found(record) }
    let image = try await images.find(provider.settings.image)
    let deadline = ContinuousClock.now + provider.pace.visibility
    while true {
      do {
        return Opened(record: try await make(image), image: image, isNew: true)
      } catch let error as AWSError where error.kind == .duplicate {
        // Made a moment ago: by another launch, or by a first try whose reply was lost. Or a `terminate` holds the name to
        // see whether it is free, and lets go of it.
        if let record = try await find() { return try await found(record) }
        if ContinuousClock.now >= deadline { try await removeRest(error) }
      }
      try await provider.pause()
    }
  }

  /// As it is now: until the lease is held, another launch or an `extend` may change the record, and a user its firewall.
  func reopened(_ opened: Opened) async throws -> Opened {
    guard !opened.isNew, let record = try await find(), record.groupID == opened.record.groupID else { return opened }
    guard record.imageID == opened.record.imageID else { return try await found(record) }
    return Opened(record: record, image: opened.image, isNew: false)
  }

  private func found(_ record: ClusterRecord) async throws -> Opened {
    let image = try await ImageSearch(client: provider.client, cluster: cluster).image(record.imageID)
    return Opened(record: record, image: image, isNew: false)
  }

  private func find() async throws -> ClusterRecord? {
    try await provider.groups(of: cluster).compactMap { ClusterRecord($0) }.first
  }

  /// Removes what a `terminate` left that was killed while it held the name.
  private func removeRest(_ error: AWSError) async throws {
    let named = try await provider.groups(of: cluster).filter { $0.name == cluster.resourceName }
    guard let rest = named.first(where: { ClusterRecord($0) == nil }) else {
      // Another launch has made the record meanwhile: it is found at the next look.
      guard named.isEmpty else { return }
      throw FleetFailure(
        .misfit("a security group \(cluster.resourceName) is there that is not run_exp's: \(error)"), cluster: cluster)
    }
    try await provider.client.deleteGroup(rest.id, pace: provider.pace)
  }

  private func make(_ image: Image) async throws -> ClusterRecord {
    let settings = provider.settings
    var record = ClusterRecord(
      id: cluster, groupID: "", run: settings.run, owner: settings.owner, expires: .now + settings.lifetime,
      imageID: image.id)
    record.groupID = try await provider.client.send(
      CreateSecurityGroup(
        groupName: cluster.resourceName, groupDescription: "run_exp: the machines of \(cluster)",
        tagSpecifications: [
          TagSpecification("security-group", .init(record.tags.merging([ClusterTag.image: image.id]) { $1 }))
        ]))
    return record
  }
}
