/// Tells which instance types are offered where.
public struct DescribeInstanceTypeOfferings: PagedEC2Request, Hashable {
  public typealias Item = InstanceTypeOffering

  public static let action = "DescribeInstanceTypeOfferings"

  public enum LocationType: String, QueryValue {
    case region
    case zone = "availability-zone"
    case zoneID = "availability-zone-id"
  }

  public var locationType: LocationType?
  /// By `instance-type` or `location`.
  public var filters: [Filter]
  public var maxResults: Int?
  public var nextToken: String?
  public var dryRun: Bool?

  public init(locationType: LocationType? = nil, filters: [Filter] = [], maxResults: Int? = nil) {
    self.locationType = locationType
    self.filters = filters
    self.maxResults = maxResults
  }

  public var parameters: QueryStructure {
    [
      "LocationType": locationType, "Filter": filters, "MaxResults": maxResults, "NextToken": nextToken,
      "DryRun": dryRun,
    ]
  }

  public static func response(_ reply: ReplyElement) throws -> Page<InstanceTypeOffering> {
    Page(
      try reply.items("instanceTypeOfferingSet").map(InstanceTypeOffering.init), nextToken: reply.text("nextToken"))
  }
}

/// That an instance type can be had somewhere.
public struct InstanceTypeOffering: Hashable, Sendable {
  public var instanceType: String
  /// A region, or a zone by its name or id, as was asked.
  public var location: String

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    instanceType = try item.required("instanceType")
    location = try item.required("location")
  }
}
