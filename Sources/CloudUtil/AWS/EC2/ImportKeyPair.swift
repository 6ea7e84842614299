/// Makes a public key known; fails with `AWSError.Kind.duplicate` if there is one of this name.
public struct ImportKeyPair: EC2Request, Hashable {
  public static let action = "ImportKeyPair"

  public var keyName: String
  /// The line of OpenSSH: type, Base64, comment.
  public var publicKey: QueryBytes
  public var tagSpecifications: [TagSpecification]
  public var dryRun: Bool?

  public init(keyName: String, publicKey: QueryBytes, tagSpecifications: [TagSpecification] = []) {
    self.keyName = keyName
    self.publicKey = publicKey
    self.tagSpecifications = tagSpecifications
  }

  public var parameters: QueryStructure {
    [
      "KeyName": keyName, "PublicKeyMaterial": publicKey, "TagSpecification": tagSpecifications, "DryRun": dryRun,
    ]
  }

  public static func response(_ reply: ReplyElement) throws -> KeyPair { try KeyPair(reply) }
}
