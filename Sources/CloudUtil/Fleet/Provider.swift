/// Where machines come from.
public protocol Provider: Sendable {
  /// Gets the machines of `spec`. What was made before a failure stays tagged, for `release` to find.
  func provision(_ spec: FleetSpec) async throws -> Fleet

  /// The tags of everything this provider holds now, found by asking, not by remembering.
  func list() async throws -> [String]

  /// Gives back everything that carries `tag`; nothing being there is not an error.
  func release(_ tag: String) async throws
}
