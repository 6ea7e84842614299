/// A public key by which new machines let one in.
public struct KeyPair: Hashable, Sendable {
  public var name: String
  /// As `key-0123456789abcdef0`.
  public var id: String?
  /// Of an imported ed25519 key: its SHA-256 as OpenSSH prints it, without `SHA256:`.
  public var fingerprint: String
  /// As `ed25519`, if EC2 says so.
  public var type: String?
  public var tags: [String: String]

  /// - Throws: `ReplyProblem`.
  init(_ element: ReplyElement) throws {
    name = try element.required("keyName")
    id = element.text("keyPairId")
    fingerprint = element.text("keyFingerprint") ?? ""
    type = element.text("keyType")
    tags = try EC2Tag.list(element)
  }
}
