/// Tells of instances, also of those terminated within the last hour.
public struct DescribeInstances: PagedEC2Request, Hashable {
  public typealias Item = Instance

  public static let action = "DescribeInstances"

  public var instanceIDs: [String]
  public var filters: [Filter]
  /// Of a page, 5 to 1000; not together with `instanceIDs`.
  public var maxResults: Int?
  public var nextToken: String?
  public var dryRun: Bool?

  public init(instanceIDs: [String] = [], filters: [Filter] = [], maxResults: Int? = nil) {
    self.instanceIDs = instanceIDs
    self.filters = filters
    self.maxResults = maxResults
  }

  public var parameters: QueryStructure {
    [
      "InstanceId": instanceIDs, "Filter": filters, "MaxResults": maxResults, "NextToken": nextToken, "DryRun": dryRun,
    ]
  }

  public static func response(_ reply: ReplyElement) throws -> Page<Instance> {
    let instances = try reply.items("reservationSet").flatMap { try $0.items("instancesSet").map(Instance.init) }
    return Page(instances, nextToken: reply.text("nextToken"))
  }
}
