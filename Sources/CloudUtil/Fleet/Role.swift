/// What hosts are there for (`frontend`, `worker`, `client`). An open name: each system that is served has its own roles.
public struct Role: Hashable, Sendable, CustomStringConvertible {
  public var name: String
  public init(_ name: String) { self.name = name }
  public var description: String { name }
}
