/// A machine that a provider has got, and how it is reached; nothing was run on it yet.
public struct Machine: Hashable, Sendable {
  /// The provider's own name of it (`i-0123456789abcdef0`); unique among its machines.
  public var name: String
  /// Where the other machines of the fleet reach it.
  public var address: String
  /// Where it is reached from outside; nil where that is not known or the same.
  public var publicAddress: String?
  /// Where it stands, if the provider says so (`us-east-1a`).
  public var zone: String?

  public init(name: String, address: String, publicAddress: String? = nil, zone: String? = nil) {
    self.name = name
    self.address = address
    self.publicAddress = publicAddress
    self.zone = zone
  }
}
