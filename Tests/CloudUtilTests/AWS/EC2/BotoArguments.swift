import Foundation
import Testing

@testable import CloudUtil

/// Arguments as boto3 takes them, by botocore's names.
struct BotoArguments {
  let values: [String: Any]

  func string(_ name: String) throws -> String? { try value(name) }
  func integer(_ name: String) throws -> Int? { try value(name) }
  func boolean(_ name: String) throws -> Bool? { try value(name) }
  func strings(_ name: String) throws -> [String] { try value(name) ?? [] }
  func required(_ name: String) throws -> String { try #require(try string(name)) }

  func choice<Choice: RawRepresentable<String>>(_ name: String) throws -> Choice? {
    try string(name).map { try #require(Choice(rawValue: $0)) }
  }

  /// Bytes, which stand in Base64.
  func bytes(_ name: String) throws -> QueryBytes? {
    try string(name).map { QueryBytes(Array(try #require(Data(base64Encoded: $0)))) }
  }

  func structure(_ name: String) throws -> BotoArguments? { try value(name).map(BotoArguments.init) }

  func list<Element>(_ name: String, _ read: (BotoArguments) throws -> Element) throws -> [Element] {
    let list: [[String: Any]] = try value(name) ?? []
    return try list.map { try read(BotoArguments(values: $0)) }
  }

  private func value<Value>(_ name: String) throws -> Value? {
    try values[name].map { try #require($0 as? Value, "\(name)") }
  }
}

// Our requests out of them.

extension BotoArguments {
  func filters() throws -> [Filter] {
    try list("Filters") { Filter(try $0.required("Name"), try $0.strings("Values")) }
  }

  func tags() throws -> [EC2Tag] { try list("Tags") { EC2Tag(try $0.required("Key"), try $0.required("Value")) } }

  func tagSpecifications() throws -> [TagSpecification] {
    try list("TagSpecifications") { TagSpecification(try $0.required("ResourceType"), try $0.tags()) }
  }

  func permissions() throws -> [IPPermission] {
    try list("IpPermissions") { rule in
      IPPermission(
        ipProtocol: try rule.required("IpProtocol"), fromPort: try rule.integer("FromPort"),
        toPort: try rule.integer("ToPort"),
        groups: try rule.list("UserIdGroupPairs") {
          .init(try $0.required("GroupId"), ruleDescription: try $0.string("Description"))
        },
        ranges: try rule.list("IpRanges") {
          .init(try $0.required("CidrIp"), ruleDescription: try $0.string("Description"))
        },
        ranges6: try rule.list("Ipv6Ranges") {
          .init(try $0.required("CidrIpv6"), ruleDescription: try $0.string("Description"))
        })
    }
  }

  func blockDeviceMappings() throws -> [BlockDeviceMapping] {
    try list("BlockDeviceMappings") { mapping in
      let volume = try mapping.structure("Ebs")
      return BlockDeviceMapping(
        deviceName: try mapping.required("DeviceName"), volumeSize_gib: try volume?.integer("VolumeSize"),
        volumeType: try volume?.string("VolumeType"), isEncrypted: try volume?.boolean("Encrypted"),
        isDeletedOnTermination: try volume?.boolean("DeleteOnTermination"))
    }
  }

  /// The form that our request of this action sends.
  func form(of action: String) throws -> [QueryParameter] {
    let dryRun = try boolean("DryRun")
    switch action {
    case "RunInstances": return try runInstances().form
    case "DescribeInstances":
      var request = DescribeInstances(
        instanceIDs: try strings("InstanceIds"), filters: try filters(), maxResults: try integer("MaxResults"))
      request.nextToken = try string("NextToken")
      request.dryRun = dryRun
      return request.form
    case "StartInstances":
      var request = StartInstances(try strings("InstanceIds"))
      request.dryRun = dryRun
      return request.form
    case "TerminateInstances":
      var request = TerminateInstances(try strings("InstanceIds"))
      request.dryRun = dryRun
      return request.form
    case "DescribeImages":
      var request = DescribeImages(
        imageIDs: try strings("ImageIds"), owners: try strings("Owners"), filters: try filters(),
        maxResults: try integer("MaxResults"))
      request.nextToken = try string("NextToken")
      request.dryRun = dryRun
      return request.form
    case "CreateSecurityGroup":
      var request = CreateSecurityGroup(
        groupName: try required("GroupName"), groupDescription: try required("Description"),
        networkID: try string("VpcId"), tagSpecifications: try tagSpecifications())
      request.dryRun = dryRun
      return request.form
    case "DescribeSecurityGroups":
      var request = DescribeSecurityGroups(
        groupIDs: try strings("GroupIds"), groupNames: try strings("GroupNames"), filters: try filters(),
        maxResults: try integer("MaxResults"))
      request.nextToken = try string("NextToken")
      request.dryRun = dryRun
      return request.form
    case "DeleteSecurityGroup":
      var request = DeleteSecurityGroup(groupID: try required("GroupId"))
      request.dryRun = dryRun
      return request.form
    case "AuthorizeSecurityGroupIngress":
      var request = AuthorizeSecurityGroupIngress(groupID: try required("GroupId"), permissions: try permissions())
      request.dryRun = dryRun
      return request.form
    case "RevokeSecurityGroupIngress":
      var request = RevokeSecurityGroupIngress(groupID: try required("GroupId"), permissions: try permissions())
      request.dryRun = dryRun
      return request.form
    case "ImportKeyPair":
      var request = ImportKeyPair(
        keyName: try required("KeyName"), publicKey: try #require(try bytes("PublicKeyMaterial")),
        tagSpecifications: try tagSpecifications())
      request.dryRun = dryRun
      return request.form
    case "DescribeKeyPairs":
      var request = DescribeKeyPairs(keyNames: try strings("KeyNames"), filters: try filters())
      request.dryRun = dryRun
      return request.form
    case "DeleteKeyPair":
      var request = DeleteKeyPair(keyName: "")
      request.keyName = try string("KeyName")
      request.keyPairID = try string("KeyPairId")
      request.dryRun = dryRun
      return request.form
    case "CreateTags":
      var request = CreateTags(resourceIDs: try strings("Resources"), tags: try tags())
      request.dryRun = dryRun
      return request.form
    case "DescribeAvailabilityZones":
      var request = DescribeAvailabilityZones(zoneNames: try strings("ZoneNames"), filters: try filters())
      request.dryRun = dryRun
      return request.form
    case "DescribeInstanceTypeOfferings":
      var request = DescribeInstanceTypeOfferings(
        locationType: try choice("LocationType"), filters: try filters(), maxResults: try integer("MaxResults"))
      request.nextToken = try string("NextToken")
      request.dryRun = dryRun
      return request.form
    default: throw Unknown(action: action)
    }
  }

  struct Unknown: Error { var action: String }

  private func runInstances() throws -> RunInstances {
    var request = RunInstances(
      imageID: try string("ImageId"), instanceType: try string("InstanceType"),
      minCount: try #require(try integer("MinCount")), maxCount: try #require(try integer("MaxCount")))
    request.keyName = try string("KeyName")
    request.securityGroupIDs = try strings("SecurityGroupIds")
    request.userData = try string("UserData").map { QueryBytes(Array($0.utf8)) }
    request.clientToken = try string("ClientToken")
    request.availabilityZone = try structure("Placement")?.string("AvailabilityZone")
    request.blockDeviceMappings = try blockDeviceMappings()
    request.metadataOptions = try structure("MetadataOptions").map { options in
      MetadataOptions(
        tokens: try options.choice("HttpTokens"), hopLimit: try options.integer("HttpPutResponseHopLimit"),
        tags: try options.choice("InstanceMetadataTags"))
    }
    request.shutdownBehavior = try choice("InstanceInitiatedShutdownBehavior")
    request.tagSpecifications = try tagSpecifications()
    request.dryRun = try boolean("DryRun")
    return request
  }
}
