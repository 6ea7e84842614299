import CCrypto

/// SHA-256 (FIPS 180-4), computed by libcrypto.
public enum SHA256 {
  public struct Unavailable: Error, CustomStringConvertible {
    public let description = "libcrypto refuses to compute SHA-256 on this machine"
  }

  /// The digest of `bytes`: 32 bytes.
  /// - Throws: `Unavailable` if libcrypto has the algorithm switched off.
  public static func digest(_ bytes: [UInt8]) throws -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1, length == 32 else {
      throw Unavailable()
    }
    return digest
  }

  /// The digest of `bytes` as 64 lower-case hexadecimal digits.
  /// - Throws: as `digest`.
  public static func hex(_ bytes: [UInt8]) throws -> String {
    hexadecimal(try digest(bytes))
  }
}

/// `bytes` in lower-case hexadecimal digits, two each.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
