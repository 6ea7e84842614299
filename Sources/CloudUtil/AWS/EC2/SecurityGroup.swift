/// A set of rules of who may reach the machines in it.
public struct SecurityGroup: Hashable, Sendable {
  public var id: String
  public var name: String
  public var groupDescription: String
  public var networkID: String?
  public var ingress: [IPPermission]
  public var tags: [String: String]

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    id = try item.required("groupId")
    name = try item.required("groupName")
    groupDescription = item.text("groupDescription") ?? ""
    networkID = item.text("vpcId")
    ingress = try item.items("ipPermissions").map(IPPermission.init)
    tags = try EC2Tag.list(item)
  }
}
