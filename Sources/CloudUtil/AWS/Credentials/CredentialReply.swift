import Foundation

/// Credentials as a service or a program of AWS gives them, in JSON.
struct CredentialReply: Decodable, Confidential {
  var version: Int?
  /// Anything but `Success` is a failure.
  var code: String?
  var accessKeyID: String?
  var secretAccessKey: String?
  var token: String?
  var sessionToken: String?
  var expiration: String?

  enum CodingKeys: String, CodingKey {
    case version = "Version"
    case code = "Code"
    case accessKeyID = "AccessKeyId"
    case secretAccessKey = "SecretAccessKey"
    case token = "Token"
    case sessionToken = "SessionToken"
    case expiration = "Expiration"
  }

  /// - Parameter place: who gave it, for errors, which quote nothing of it but a code.
  /// - Throws: `CredentialError`.
  init(_ json: [UInt8], from place: String) throws {
    do { self = try JSONDecoder().decode(CredentialReply.self, from: Data(json)) } catch {
      // The decoder's own error may quote what it could not read.
      throw CredentialError.refused(place, reason: "what it answered is not the JSON of credentials")
    }
    if let code, code != "Success" {
      let isWord = code.utf8.count < 64 && code.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "z")).contains($0) }
      throw CredentialError.refused(place, reason: isWord ? "it answered \(code)" : "it answered with an error")
    }
  }

  /// - Throws: `CredentialError`.
  func credentials(from place: String) throws -> AWSCredentials {
    let time = expiration.flatMap(CredentialReply.time)
    guard (expiration == nil) == (time == nil) else {
      throw CredentialError.refused(place, reason: "its Expiration is no time in ISO 8601")
    }
    let keys = StaticKeys(
      place: place, id: ("AccessKeyId", accessKeyID), secret: ("SecretAccessKey", secretAccessKey),
      token: (token == nil ? "SessionToken" : "Token", token ?? sessionToken), expiration: time)
    guard let credentials = try keys.credentials() else {
      throw CredentialError.incomplete(place, missing: "AccessKeyId")
    }
    return credentials
  }

  /// Of ISO 8601, in UTC or with an offset from it: `2026-11-21T12:50:31+02:00`.
  static func time(_ text: String) -> UTCTime? {
    if let time = UTCTime(iso8601: text) { return time }
    let offset = text.suffix(6)
    guard let sign = offset.first, sign == "+" || sign == "-", offset.dropFirst(3).first == ":",
      let hours = UInt8(offset.dropFirst().prefix(2)), let minutes = UInt8(offset.suffix(2)), hours < 24, minutes < 60,
      let local = UTCTime(iso8601: text.dropLast(6) + "Z")
    else { return nil }
    let east = Duration.seconds(Int(hours) * 3600 + Int(minutes) * 60)
    return local + (sign == "+" ? .zero - east : east)
  }
}
