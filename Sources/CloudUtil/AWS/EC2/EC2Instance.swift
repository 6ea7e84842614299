/// A machine of EC2.
public struct EC2Instance: Hashable, Sendable {
  public var id: String
  public var type: String
  public var imageID: String
  public var state: InstanceState
  /// Why it is in its state, if EC2 says so.
  public var stateReason: StateReason?
  public var availabilityZone: String?
  public var clientToken: String?
  public var launchTime: UTCTime?
  /// As `10.0.0.12`.
  public var privateAddress: String?
  public var publicAddress: String?
  public var keyName: String?
  public var securityGroupIDs: [String]
  public var tags: [String: String]

  public struct StateReason: Hashable, Sendable {
    /// Code and message; EC2 often begins the message with the code.
    public var words: String {
      if message.isEmpty { return code }
      return message.hasPrefix(code) ? message : "\(code): \(message)"
    }

    /// As `Server.InsufficientInstanceCapacity`.
    public var code: String
    public var message: String
  }

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    id = try item.required("instanceId")
    type = try item.required("instanceType")
    imageID = try item.required("imageId")
    state = InstanceState(try (item["instanceState"] ?? ReplyElement("instanceState")).required("name"))
    stateReason = item["stateReason"].flatMap { reason in
      reason.text("code").map { StateReason(code: $0, message: reason.text("message") ?? "") }
    }
    availabilityZone = item["placement"]?.text("availabilityZone")
    clientToken = item.text("clientToken")
    launchTime = item.text("launchTime").flatMap(UTCTime.init(iso8601:))
    privateAddress = item.text("privateIpAddress")
    publicAddress = item.text("ipAddress")
    keyName = item.text("keyName")
    securityGroupIDs = item.items("groupSet").compactMap { $0.text("groupId") }
    tags = try EC2Tag.list(item)
  }
}
