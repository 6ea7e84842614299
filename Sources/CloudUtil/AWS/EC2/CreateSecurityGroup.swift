/// Makes a security group; fails with `AWSError.Kind.duplicate` if the network has one of this name.
public struct CreateSecurityGroup: EC2Request, Hashable {
  public static let action = "CreateSecurityGroup"

  public var groupName: String
  public var groupDescription: String
  public var networkID: String?
  public var tagSpecifications: [TagSpecification]
  public var dryRun: Bool?

  public init(
    groupName: String, groupDescription: String, networkID: String? = nil, tagSpecifications: [TagSpecification] = []
  ) {
    self.groupName = groupName
    self.groupDescription = groupDescription
    self.networkID = networkID
    self.tagSpecifications = tagSpecifications
  }

  public var parameters: QueryStructure {
    [
      "GroupName": groupName, "GroupDescription": groupDescription, "VpcId": networkID,
      "TagSpecification": tagSpecifications, "DryRun": dryRun,
    ]
  }

  /// The group's id.
  public static func response(_ reply: ReplyElement) throws -> String { try reply.required("groupId") }
}
