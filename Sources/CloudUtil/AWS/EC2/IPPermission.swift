/// A rule of a security group: which packets, and from whom.
public struct IPPermission: Hashable, QueryStructured {
  /// `tcp`, `udp`, `icmp`, or `-1` for all.
  public var ipProtocol: String
  public var fromPort: Int?
  public var toPort: Int?
  public var groups: [GroupSource]
  public var ranges: [AddressRange]
  public var ranges6: [AddressRange6]

  public struct GroupSource: Hashable, QueryStructured {
    public var groupID: String
    public var ruleDescription: String?

    public init(_ groupID: String, ruleDescription: String? = nil) {
      self.groupID = groupID
      self.ruleDescription = ruleDescription
    }

    public var parameters: QueryStructure { ["GroupId": groupID, "Description": ruleDescription] }
  }

  public struct AddressRange: Hashable, QueryStructured {
    /// As `198.51.100.7/32`.
    public var cidr: String
    public var ruleDescription: String?

    public init(_ cidr: String, ruleDescription: String? = nil) {
      self.cidr = cidr
      self.ruleDescription = ruleDescription
    }

    public var parameters: QueryStructure { ["CidrIp": cidr, "Description": ruleDescription] }
  }

  public struct AddressRange6: Hashable, QueryStructured {
    /// As `2001:db8::7/128`.
    public var cidr: String
    public var ruleDescription: String?

    public init(_ cidr: String, ruleDescription: String? = nil) {
      self.cidr = cidr
      self.ruleDescription = ruleDescription
    }

    public var parameters: QueryStructure { ["CidrIpv6": cidr, "Description": ruleDescription] }
  }

  public init(
    ipProtocol: String, fromPort: Int? = nil, toPort: Int? = nil, groups: [GroupSource] = [],
    ranges: [AddressRange] = [], ranges6: [AddressRange6] = []
  ) {
    self.ipProtocol = ipProtocol
    self.fromPort = fromPort
    self.toPort = toPort
    self.groups = groups
    self.ranges = ranges
    self.ranges6 = ranges6
  }

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    ipProtocol = try item.required("ipProtocol")
    fromPort = try item.integer("fromPort")
    toPort = try item.integer("toPort")
    groups = try item.items("groups").map {
      GroupSource(try $0.required("groupId"), ruleDescription: $0.text("description"))
    }
    ranges = try item.items("ipRanges").map {
      AddressRange(try $0.required("cidrIp"), ruleDescription: $0.text("description"))
    }
    ranges6 = try item.items("ipv6Ranges").map {
      AddressRange6(try $0.required("cidrIpv6"), ruleDescription: $0.text("description"))
    }
  }

  public var parameters: QueryStructure {
    [
      "IpProtocol": ipProtocol, "FromPort": fromPort, "ToPort": toPort, "Groups": groups, "IpRanges": ranges,
      "Ipv6Ranges": ranges6,
    ]
  }
}
