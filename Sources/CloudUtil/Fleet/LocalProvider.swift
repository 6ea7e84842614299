/// This machine, which serves every role, whatever count and type is asked for. It is never made nor given back.
public struct LocalProvider: Provider {
  public init() {}

  public func provision(_ spec: FleetSpec) async throws -> [Role: [Machine]] {
    spec.groups.mapValues { _ in [Machine(name: "localhost", address: "127.0.0.1")] }
  }
}
