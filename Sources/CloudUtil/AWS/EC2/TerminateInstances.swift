/// Ends instances for good. Those that are ended already are not an error; one unknown id is, and then none is ended.
public struct TerminateInstances: EC2Request, Hashable {
  public static let action = "TerminateInstances"

  public var instanceIDs: [String]
  public var dryRun: Bool?

  public init(_ instanceIDs: [String]) { self.instanceIDs = instanceIDs }

  public var parameters: QueryStructure { ["InstanceId": instanceIDs, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws -> [StateChange] { try StateChange.list(reply) }
}
