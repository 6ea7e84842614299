/// Tells of the zones of the region.
public struct DescribeAvailabilityZones: EC2Request, Hashable {
  public static let action = "DescribeAvailabilityZones"

  public var zoneNames: [String]
  public var filters: [Filter]
  public var dryRun: Bool?

  public init(zoneNames: [String] = [], filters: [Filter] = []) {
    self.zoneNames = zoneNames
    self.filters = filters
  }

  public var parameters: QueryStructure { ["ZoneName": zoneNames, "Filter": filters, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws -> [AvailabilityZone] {
    try reply.items("availabilityZoneInfo").map(AvailabilityZone.init)
  }
}

/// A part of a region that fails by itself.
public struct AvailabilityZone: Hashable, Sendable {
  /// As `us-east-1a`; another place in another account.
  public var name: String
  /// As `use1-az4`; the same place in every account.
  public var id: String?
  /// `available`, or why not.
  public var state: String
  /// `availability-zone`, or that of a small place elsewhere: `local-zone`, `wavelength-zone`.
  public var type: String?

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    name = try item.required("zoneName")
    id = item.text("zoneId")
    state = try item.required("zoneState")
    type = item.text("zoneType")
  }
}
