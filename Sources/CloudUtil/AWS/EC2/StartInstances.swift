/// Starts stopped instances.
public struct StartInstances: EC2Request, Hashable {
  public static let action = "StartInstances"

  public var instanceIDs: [String]
  public var dryRun: Bool?

  public init(_ instanceIDs: [String]) { self.instanceIDs = instanceIDs }

  public var parameters: QueryStructure { ["InstanceId": instanceIDs, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws -> [StateChange] { try StateChange.list(reply) }
}
