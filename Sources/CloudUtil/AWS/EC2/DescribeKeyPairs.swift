/// Tells of key pairs. An unknown name is an error, a filter that fits none is not.
public struct DescribeKeyPairs: EC2Request, Hashable {
  public static let action = "DescribeKeyPairs"

  public var keyNames: [String]
  public var filters: [Filter]
  public var dryRun: Bool?

  public init(keyNames: [String] = [], filters: [Filter] = []) {
    self.keyNames = keyNames
    self.filters = filters
  }

  public var parameters: QueryStructure { ["KeyName": keyNames, "Filter": filters, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws -> [KeyPair] {
    try reply.items("keySet").map(KeyPair.init)
  }
}
