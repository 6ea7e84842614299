extension EC2Provider {
  /// Whether AWS would launch the machines of `spec` in the first zone, asked with DryRun: permissions, image and types.
  /// Whether there is capacity or quota it does not tell beforehand.
  /// - Returns: each role with why not, by name.
  public func check(_ spec: FleetSpec) async throws -> [(role: Role, error: AWSError?)] {
    try await explained(spec.cluster) {
      let image = try await ImageSearch(client: client, cluster: spec.cluster).find(settings.image)
      var answers: [(role: Role, error: AWSError?)] = []
      for (role, group) in spec.groups.sorted(by: { $0.key.name < $1.key.name }) {
        var request = RunInstances(
          imageID: image.id, instanceType: group.instanceType, minCount: group.count, maxCount: group.count)
        request.availabilityZone = settings.zones.first
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
