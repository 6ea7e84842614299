@testable import CloudUtil

extension ReplyElement {
  /// A list in the form of EC2's replies.
  static func list(_ name: String, _ items: [[ReplyElement]]) -> ReplyElement {
    ReplyElement(name, children: items.map { ReplyElement("item", children: $0) })
  }

  static func tagSet(_ tags: [String: String]) -> ReplyElement {
    list(
      "tagSet",
      tags.sorted { $0.key < $1.key }.map {
        [ReplyElement("key", text: $0.key), ReplyElement("value", text: $0.value)]
      })
  }
}

extension EC2Instance {
  static func test(
    _ id: String, role: String = "worker", type: String = "c5.xlarge", image: String = "ami-1", zone: String? = "a",
    _ state: InstanceState = .running, reason: (code: String, message: String)? = nil, tags: [String: String] = [:]
  ) throws -> EC2Instance {
    var children = [
      ReplyElement("instanceId", text: id), ReplyElement("instanceType", text: type),
      ReplyElement("imageId", text: image),
      ReplyElement("instanceState", children: [ReplyElement("name", text: state.description)]),
      .tagSet([ClusterTag.role: role].merging(tags) { $1 }),
    ]
    if let zone {
      children.append(ReplyElement("placement", children: [ReplyElement("availabilityZone", text: zone)]))
    }
    if state == .running { children.append(ReplyElement("privateIpAddress", text: "10.0.0.1")) }
    if let reason {
      children.append(
        ReplyElement(
          "stateReason",
          children: [ReplyElement("code", text: reason.code), ReplyElement("message", text: reason.message)]))
    }
    return try EC2Instance(ReplyElement("item", children: children))
  }
}

extension SecurityGroup {
  static func test(
    _ id: String = "sg-1", name: String = "run_exp/exp/main", tags: [String: String] = [:]
  ) throws -> SecurityGroup {
    try SecurityGroup(
      ReplyElement(
        "item",
        children: [
          ReplyElement("groupId", text: id), ReplyElement("groupName", text: name), .tagSet(tags),
        ]))
  }
}

extension Image {
  /// - Parameter others: devices beside the root's: of EBS, and of the instance's own store.
  static func test(
    _ id: String = "ami-1", rootSize_gib: Int? = 8, others: (ebs: [String], store: [String]) = ([], [])
  ) throws -> Image {
    let size = rootSize_gib.map { [ReplyElement("volumeSize", text: "\($0)")] } ?? []
    let more =
      others.ebs.map { [ReplyElement("deviceName", text: $0), ReplyElement("ebs")] }
      + others.store.map { [ReplyElement("deviceName", text: $0), ReplyElement("virtualName", text: "ephemeral0")] }
    return try Image(
      ReplyElement(
        "item",
        children: [
          ReplyElement("imageId", text: id), ReplyElement("imageState", text: "available"),
          ReplyElement("rootDeviceName", text: "/dev/sda1"),
          .list(
            "blockDeviceMapping",
            [[ReplyElement("deviceName", text: "/dev/sda1"), ReplyElement("ebs", children: size)]] + more),
        ]))
  }
}

extension ClusterID {
  static let test = ClusterID(experiment: "exp")
}

extension ClusterRecord {
  static func test(_ change: (inout ClusterRecord) -> Void = { _ in }) -> ClusterRecord {
    var record = ClusterRecord(
      id: .test, groupID: "sg-1", run: "r1", owner: "ada@laptop", expires: UTCTime(seconds: 1_795_258_231),
      imageID: "ami-1")
    change(&record)
    return record
  }
}

extension AWSError {
  static func test(_ kind: Kind, _ code: String = "Code", _ message: String = "Words.") -> AWSError {
    AWSError(kind: kind, action: "RunInstances", code: code, message: message)
  }
}
