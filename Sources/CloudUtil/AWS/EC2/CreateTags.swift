/// Adds tags, and overwrites those of the same keys.
public struct CreateTags: EC2Request, Hashable {
  public static let action = "CreateTags"

  /// Of whatever can have tags; up to 1000.
  public var resourceIDs: [String]
  public var tags: [EC2Tag]
  public var dryRun: Bool?

  public init(resourceIDs: [String], tags: [EC2Tag]) {
    self.resourceIDs = resourceIDs
    self.tags = tags
  }

  public var parameters: QueryStructure { ["ResourceId": resourceIDs, "Tag": tags, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws { try requireSuccess(reply) }
}
