/// Tags that something has from the moment it exists.
public struct TagSpecification: Hashable, QueryStructured {
  /// As `instance`, `volume`, `security-group`, `key-pair`.
  public var resourceType: String
  public var tags: [EC2Tag]

  public init(_ resourceType: String, _ tags: [EC2Tag]) {
    self.resourceType = resourceType
    self.tags = tags
  }

  public var parameters: QueryStructure { ["ResourceType": resourceType, "Tag": tags] }
}
