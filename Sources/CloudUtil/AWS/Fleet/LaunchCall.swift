/// One call of RunInstances, as a value: for which role, where, how many, and the how-manieth try that is.
struct LaunchCall: Hashable, Codable, Sendable {
  var role: String
  var zone: String
  var instanceType: String
  var count: Int
  var attempt: Int
}

/// What the machines of a cluster have in common, as parameters of RunInstances. Pure: the same everywhere, for the same
/// record.
struct LaunchParameters: Sendable {
  var record: ClusterRecord
  var keyName: String
  var image: Image
  var volume_gb: Int
  var extraTags: [String: String]

  /// The request of `call`. Its client token follows from everything that decides what is made, so that whoever makes the
  /// call again, on whatever machine, makes nothing twice.
  func request(_ call: LaunchCall) throws -> RunInstances {
    var request = RunInstances(
      imageID: image.id, instanceType: call.instanceType, minCount: call.count, maxCount: call.count)
    request.keyName = keyName
    request.securityGroupIDs = [record.groupID]
    request.userData = QueryBytes(MachineExpiry.userData(expires: record.expires))
    request.availabilityZone = call.zone
    request.blockDeviceMappings = volumes
    // Two hops, so that containers on the machine learn when it ends, too.
    request.metadataOptions = MetadataOptions(tokens: .required, hopLimit: 2, tags: .enabled)
    request.shutdownBehavior = .terminate
    var tags = extraTags.merging(record.tags) { $1 }
    tags[ClusterTag.role] = call.role
    tags[ClusterTag.name] = "\(record.id.experiment)-\(record.id.name)-\(call.role)"
    request.tagSpecifications = specifications(tags)

    let parameters = request.form.map { "\($0.name)=\($0.value)\n" }.joined()
    let identity = [record.groupID, call.role, call.zone, call.instanceType, String(call.attempt), parameters]
    let token = "run_exp-" + String(try SHA256.hex(Array(identity.joined(separator: "\n").utf8)).prefix(40))
    tags[ClusterTag.token] = token
    request.tagSpecifications = specifications(tags)
    request.clientToken = token
    return request
  }

  /// Every volume is named: one that only the image names outlives its machine if the image says so.
  private var volumes: [BlockDeviceMapping] {
    let root = image.rootDevice.map { device in
      let least = image.volumes.first { $0.device == device }?.size_gib ?? 0
      return BlockDeviceMapping.encrypted(device, size_gib: max(volume_gb, least))
    }
    return (root.map { [$0] } ?? [])
      + image.volumes.filter { $0.device != image.rootDevice }.map { .encrypted($0.device) }
  }

  private func specifications(_ tags: [String: String]) -> [TagSpecification] {
    ["instance", "volume"].map { TagSpecification($0, .init(tags)) }
  }
}
