/// What is wrong with the link between a service and everybody else.
public struct LinkCondition: Equatable, Sendable {
  /// Nothing comes through, either way.
  public var isCut: Bool
  /// How much later whatever the service sends leaves it.
  public var delay_ms: Double

  /// Nothing, by default.
  public init(isCut: Bool = false, delay_ms: Double = 0) {
    self.isCut = isCut
    self.delay_ms = delay_ms
  }
}

/// What a host offers for links that are disturbed.
public struct LinkGround: Equatable, Sendable {
  /// At which a service with a network of its own reaches the host.
  public var address: String
  /// Whether its kernel can delay packets.
  public var canDelay: Bool

  public init(address: String, canDelay: Bool) {
    self.address = address
    self.canDelay = canDelay
  }
}
