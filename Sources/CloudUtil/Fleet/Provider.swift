/// Where machines come from. What else can be done with them (found again, kept, given back) is each provider's own, as it is
/// not the same for all of them.
public protocol Provider: Sendable {
  /// Gets the machines of `spec`. What was made before a failure stays tagged, to be found again.
  func provision(_ spec: FleetSpec) async throws -> [Role: [Machine]]
}
