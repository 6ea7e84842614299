// What a cluster stands on before its machines: its record, its key, its firewall.
extension Provisioning {
  /// The record, with new time for the cluster if it has little left, and the image that is asked for if it has no machines
  /// of another.
  func renewed(alive: [EC2Instance]) async throws -> (ClusterRecord, Image) {
    var (record, image) = (opened.record, opened.image)
    var tags: [String: String] = [:]
    // An `extend` a moment ago may show on machines only.
    record.expires = alive.latestExpiry(orElse: record.expires)
    if record.expires - .now < min(.seconds(3600), settings.lifetime / 2) {
      record.expires = .now + settings.lifetime
      tags[ClusterTag.expires] = record.expires.iso8601
      provider.tell("cluster \(cluster) had little time left; its machines now end at \(record.expires)")
    }
    if case .id(let asked) = settings.image, asked != record.imageID, !alive.isEmpty {
      throw misfit(
        "cluster \(cluster) has machines of image \(record.imageID), and \(asked) is asked for; terminate it first, or "
          + "make another with --cluster NAME")
    }
    if alive.isEmpty, !opened.isNew, dead == nil || image == nil {
      // No machine holds it to the image of its first launch.
      let newest = try await ImageSearch(client: client, cluster: cluster).find(settings.image)
      if newest.id != record.imageID { tags[ClusterTag.image] = newest.id }
      record.imageID = newest.id
      image = newest
    }
    guard let image else {
      throw misfit(
        "the machines of cluster \(cluster) are of image \(record.imageID), which AWS has no more: terminate it first, or "
          + "make another with --cluster NAME")
    }
    guard !tags.isEmpty else { return (record, image) }
    try await client.sendUntilKnown(CreateTags(resourceIDs: [record.groupID], tags: .init(tags)), pace: provider.pace)
    return (record, image)
  }

  /// Makes the public key known under the cluster's name. A key of that name that is another is replaced, unless there are
  /// machines, which let that one in.
  /// - Parameter alive: as far as they have been seen.
  func ensureKey(alive: [EC2Instance]) async throws -> String {
    let key = premises.key
    let name = cluster.resourceName
    for attempt in 0... {
      do {
        var tags = [ClusterTag.experiment: cluster.experiment, ClusterTag.cluster: cluster.name]
        tags[ClusterTag.owner] = settings.owner
        tags[ClusterTag.key] = key.fingerprint
        _ = try await client.send(
          ImportKeyPair(
            keyName: name, publicKey: QueryBytes(Array(key.line.utf8)),
            tagSpecifications: [TagSpecification("key-pair", .init(tags))]))
        return name
      } catch let error as AWSError where error.kind == .duplicate && attempt < 10 {
        let there = try await client.send(DescribeKeyPairs(filters: [Filter("key-name", [name])]))
          .first { $0.name == name }
        if there?.tags[ClusterTag.key] == key.fingerprint { return name }
        // Made a moment ago: it, or its tags, cannot be seen yet.
        guard there?.tags[ClusterTag.key] != nil || attempt == 9 else {
          try await provider.pause()
          continue
        }
        guard try await isEmpty(alive) else {
          throw misfit(
            "the machines of cluster \(cluster) let another key in than \(key.fingerprint): launch from where it was made, "
              + "name its key in PARM_SSH_KEY, or make another cluster with --cluster NAME")
        }
        try await lease.check()
        try await client.send(DeleteKeyPair(keyName: name))
      }
    }
    return name
  }

  /// Whether the cluster has no machine, not even one that a launch before this one made and that was not seen at once.
  private func isEmpty(_ alive: [EC2Instance]) async throws -> Bool {
    guard alive.isEmpty else { return false }
    let end = ContinuousClock.now + unseen(mayHide: dead != nil)
    while .now < end {
      try await provider.pause()
      guard try await provider.instances(of: cluster).allSatisfy(\.state.isEnding) else { return false }
    }
    return true
  }

  func ensureFirewall(_ record: ClusterRecord) async throws {
    let wanted = Firewall.rules(groupID: record.groupID, sshFrom: premises.sshSources)
    let (missing, surplus) = Firewall.difference(present: record.ingress, wanted: wanted)
    // In this order a launch that ends between the two shuts nobody out.
    try await sendEach(missing, unless: .ruleExists) { rules in
      AuthorizeSecurityGroupIngress(groupID: record.groupID, permissions: rules)
    }
    try await sendEach(surplus, unless: .noSuchRule) { rules in
      RevokeSecurityGroupIngress(groupID: record.groupID, permissions: rules)
    }
  }

  /// Makes one call for all `rules`; if it is refused since one of them is already as it should be, which is all it says, then
  /// one for each. So it is after a first try whose reply was lost, or a look that did not show all rules.
  private func sendEach<Request: EC2Request>(
    _ rules: [IPPermission], unless isDone: AWSError.RuleCode, _ request: ([IPPermission]) -> Request
  ) async throws {
    guard !rules.isEmpty else { return }
    do {
      _ = try await client.sendUntilKnown(request(rules), pace: provider.pace)
    } catch let error as AWSError where error.code == isDone.rawValue {
      for rule in rules {
        do {
          _ = try await client.sendUntilKnown(request([rule]), pace: provider.pace)
        } catch let error as AWSError where error.code == isDone.rawValue {}
      }
    }
  }
}
