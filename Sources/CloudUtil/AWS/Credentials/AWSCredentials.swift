/// What signs requests to AWS.
public struct AWSCredentials: Hashable, Sendable {
  public var accessKeyID: String
  public var secretAccessKey: Secret
  /// Of temporary credentials; sent along, signed.
  public var sessionToken: Secret?
  /// When temporary credentials cease to hold; nil if that is not known, or they do not.
  public var expiration: UTCTime?

  public init(
    accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expiration: UTCTime? = nil
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
  }

  /// What nobody may see of them.
  var secrets: [Secret] { [secretAccessKey] + (sessionToken.map { [$0] } ?? []) }
}
