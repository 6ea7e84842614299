/// How a new instance reaches its metadata service.
public struct MetadataOptions: Hashable, QueryStructured {
  public enum Tokens: String, QueryValue {
    /// Version 2 of the service alone.
    case required
    case optional
  }

  public enum Switch: String, QueryValue { case enabled, disabled }

  public var tokens: Tokens?
  /// Hosts that a reply may pass: 1 for the instance itself, 2 for containers on it.
  public var hopLimit: Int?
  /// Whether the instance can read its own tags there.
  public var tags: Switch?

  public init(tokens: Tokens? = nil, hopLimit: Int? = nil, tags: Switch? = nil) {
    self.tokens = tokens
    self.hopLimit = hopLimit
    self.tags = tags
  }

  public var parameters: QueryStructure {
    ["HttpTokens": tokens, "HttpPutResponseHopLimit": hopLimit, "InstanceMetadataTags": tags]
  }
}
