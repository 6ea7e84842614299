/// Removes rules of who may reach the machines of a security group.
public struct RevokeSecurityGroupIngress: EC2Request, Hashable {
  public static let action = "RevokeSecurityGroupIngress"

  public var groupID: String
  public var permissions: [IPPermission]
  public var dryRun: Bool?

  public init(groupID: String, permissions: [IPPermission]) {
    self.groupID = groupID
    self.permissions = permissions
  }

  public var parameters: QueryStructure {
    ["GroupId": groupID, "IpPermissions": permissions, "DryRun": dryRun]
  }

  public static func response(_ reply: ReplyElement) throws { try requireSuccess(reply) }
}
