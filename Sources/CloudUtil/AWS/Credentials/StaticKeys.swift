/// An access key as it is written down, by names that differ from place to place.
struct StaticKeys: Confidential {
  /// For errors.
  var place: String
  var id: (name: String, value: String?)
  var secret: (name: String, value: String?)
  var token: (name: String, value: String?)
  var expiration: UTCTime?

  /// Nil if neither the key nor its secret is there.
  /// - Throws: `CredentialError.incomplete` if one is, `malformed`.
  func credentials() throws -> AWSCredentials? {
    guard id.value != nil || secret.value != nil else { return nil }
    guard let id = id.value, !id.isEmpty else { throw CredentialError.incomplete(place, missing: id.name) }
    guard let secret = secret.value, !secret.isEmpty else {
      throw CredentialError.incomplete(place, missing: secret.name)
    }
    let token = token.value.flatMap { $0.isEmpty ? nil : $0 }
    for (name, value) in [(self.id.name, id), (self.secret.name, secret), (self.token.name, token ?? "")]
    where value.utf8.contains(where: { $0 <= UInt8(ascii: " ") || $0 == 127 }) {
      throw CredentialError.malformed(place, name: name)
    }
    return AWSCredentials(
      accessKeyID: id, secretAccessKey: Secret(secret), sessionToken: token.map { Secret($0) }, expiration: expiration)
  }
}
