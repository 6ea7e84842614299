import CCrypto

extension SHA256 {
  /// The authentication code of `message` under `key` (HMAC, RFC 2104): 32 bytes.
  /// - Throws: `Unavailable` if libcrypto has the algorithm switched off.
  static func authenticationCode(of message: [UInt8], key: [UInt8]) throws -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length) != nil, length == 32
    else { throw Unavailable() }
    return code
  }
}
