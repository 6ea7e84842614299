/// Where machines come from.
public protocol Provider: Sendable {
  /// Gets the machines of `spec`. What was made before a failure stays tagged, for `release` to find.
  func provision(_ spec: FleetSpec) async throws -> [Role: [Machine]]

  /// The clusters this provider holds now, found by asking, not by remembering.
  func list() async throws -> [ClusterID]

  /// Gives back everything that belongs to `cluster`; nothing being there is not an error.
  func release(_ cluster: ClusterID) async throws
}
