/// Deletes a key pair. One that is not there is not an error.
public struct DeleteKeyPair: EC2Request, Hashable {
  public static let action = "DeleteKeyPair"

  public var keyName: String?
  public var keyPairID: String?
  public var dryRun: Bool?

  public init(keyName: String) { self.keyName = keyName }
  public init(keyPairID: String) { self.keyPairID = keyPairID }

  public var parameters: QueryStructure { ["KeyName": keyName, "KeyPairId": keyPairID, "DryRun": dryRun] }

  public static func response(_ reply: ReplyElement) throws { try requireSuccess(reply) }
}
