import Foundation

/// The public key by which a host is known.
public struct HostKey: Hashable, Sendable {
  /// As OpenSSH names it: `ssh-ed25519`.
  public var type: String
  /// As it is sent (RFC 4253, section 6.6).
  public var blob: [UInt8]

  /// - Returns: nil if `blob` does not begin with the name of its type.
  public init?(blob: [UInt8]) {
    guard let type = HostKey.firstText(of: blob) else { return nil }
    self.type = type
    self.blob = blob
  }

  /// From the two words of a line of known_hosts or authorized_keys; nil if they are not a key.
  public init?(type: some StringProtocol, base64: some StringProtocol) {
    guard let data = Data(base64Encoded: String(base64)), let key = HostKey(blob: Array(data)), key.type == type else {
      return nil
    }
    self = key
  }

  public var base64: String { Data(blob).base64EncodedString() }

  /// As `ssh-keygen -l` prints it: `SHA256:` and Base64 without padding; empty if libcrypto refuses.
  public var fingerprint: String {
    guard let digest = try? SHA256.digest(blob) else { return "" }
    return "SHA256:" + Data(digest).base64EncodedString().prefix { $0 != "=" }
  }

  /// The text that `bytes` begin with: its length in four bytes, then itself.
  static func firstText(of bytes: [UInt8]) -> String? {
    guard bytes.count > 4 else { return nil }
    let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length > 0, length <= bytes.count - 4 else { return nil }
    return String(decoding: bytes[4..<4 + length], as: UTF8.self)
  }
}

extension HostKey: CustomStringConvertible {
  /// `ssh-ed25519 SHA256:…`.
  public var description: String { "\(type) \(fingerprint)" }
}
