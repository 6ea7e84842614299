/// Deletes a security group; fails with `AWSError.Kind.dependency` while a machine is in it.
public struct DeleteSecurityGroup: EC2Request, Hashable {
  public static let action = "DeleteSecurityGroup"

  public var groupID: String
  public var dryRun: Bool?

  public init(groupID: String) { self.groupID = groupID }

  public var parameters: QueryStructure { ["GroupId": groupID, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws { try requireSuccess(reply) }
}
