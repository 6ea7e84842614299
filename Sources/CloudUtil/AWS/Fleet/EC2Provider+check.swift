extension EC2Provider {
  /// Whether AWS would launch the machines of `spec` in the first zone, asked with DryRun: permissions (those for tags, too), image and types.
  /// Whether there is capacity or quota it does not tell beforehand.
  /// - Returns: each role with why not, by name.
  public func check(_ spec: FleetSpec) async throws -> [(role: Role, error: AWSError?)] {
    try await explained(spec.cluster) {
      let image = try await ImageSearch(client: client, cluster: spec.cluster).find(settings.image)
      let zones = try await zones(of: spec)
      let record = ClusterRecord(
        id: spec.cluster, groupID: "", run: settings.run, owner: settings.owner, expires: .now + settings.lifetime,
        imageID: image.id)
      let parameters = LaunchParameters(
        record: record, keyName: "", image: image, volume_gb: settings.volume_gb, extraTags: settings.tags)
      var answers: [(role: Role, error: AWSError?)] = []
      for (role, group) in spec.groups.sorted(by: { $0.key.name < $1.key.name }) {
        let call = LaunchCall(
          role: role.name, zone: zones[group.instanceType]?.first ?? "", instanceType: group.instanceType,
          count: group.count, attempt: 0)
        var request = try parameters.request(call)
        // These are made by a launch.
        (request.keyName, request.securityGroupIDs, request.clientToken) = (nil, [], nil)
        request.dryRun = true
        do {
          _ = try await client.send(request)
          answers.append((role, nil))
        } catch let error as AWSError {
          answers.append((role, error.kind == .dryRunSucceeded ? nil : error))
        }
      }
      return answers
    }
  }
}
