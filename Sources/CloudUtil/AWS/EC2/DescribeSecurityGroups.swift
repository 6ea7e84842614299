/// Tells of security groups. An unknown id or name is an error, a filter that fits none is not.
public struct DescribeSecurityGroups: PagedEC2Request, Hashable {
  public typealias Item = SecurityGroup

  public static let action = "DescribeSecurityGroups"

  public var groupIDs: [String]
  /// Of the default network alone.
  public var groupNames: [String]
  public var filters: [Filter]
  public var maxResults: Int?
  public var nextToken: String?
  public var dryRun: Bool?

  public init(
    groupIDs: [String] = [], groupNames: [String] = [], filters: [Filter] = [], maxResults: Int? = nil
  ) {
    self.groupIDs = groupIDs
    self.groupNames = groupNames
    self.filters = filters
    self.maxResults = maxResults
  }

  public var parameters: QueryStructure {
    [
      "GroupId": groupIDs, "GroupName": groupNames, "Filter": filters, "MaxResults": maxResults,
      "NextToken": nextToken, "DryRun": dryRun,
    ]
  }

  public static func response(_ reply: ReplyElement) throws -> Page<SecurityGroup> {
    Page(try reply.items("securityGroupInfo").map(SecurityGroup.init), nextToken: reply.text("nextToken"))
  }
}
