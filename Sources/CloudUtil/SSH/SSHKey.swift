import Foundation

/// A private key as it lies in a file.
struct SSHKey: Confidential {
  let bytes: [UInt8]

  /// - Throws: `SSHError.unusableKey` if there is none, or one that cannot be used here: with a passphrase, since nobody may be
  ///   there to type it, or RSA, for which libssh2 1.10 has only signatures (SHA-1) that sshd 8.8 and newer refuses.
  init(path: String) throws {
    do {
      bytes = try readWhole(path)
    } catch let error as SystemCall {
      throw SSHError.unusableKey(path: path, reason: error.description)
    }
    if let reason = SSHKey.objection(to: String(decoding: bytes, as: UTF8.self)) {
      throw SSHError.unusableKey(path: path, reason: reason)
    }
  }

  /// Why the key `text` cannot be used; nil if nothing speaks against it.
  private static func objection(to text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let first = lines.first(where: { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("PRIVATE KEY-----") }) else {
      return "it is no private key (PEM or OpenSSH); a public key ends in .pub"
    }
    let remedy = "make another one: ssh-keygen -t ed25519 -N '' -f FILE"
    let rsa = "it is an RSA key, which current sshd refuses from libssh2 1.10; \(remedy)"
    if first.contains(" RSA ") { return rsa }
    let isEncrypted = "it has a passphrase, which nobody is there to type; \(remedy)"
    if first.contains(" ENCRYPTED ")
      || lines.contains(where: { $0.hasPrefix("Proc-Type:") && $0.contains("ENCRYPTED") })
    {
      return isEncrypted
    }
    let damaged = "it is cut off or damaged"
    guard lines.contains(where: { $0.hasPrefix("-----END ") }) else { return damaged }
    let isOpenSSH = first.contains(" OPENSSH ")
    guard isOpenSSH || first.contains("BEGIN PRIVATE") else { return nil }
    guard let data = Data(base64Encoded: lines.filter { !$0.hasPrefix("-") }.joined()) else { return damaged }
    guard isOpenSSH else {
      // PKCS #8 (RFC 5208), as openssl writes it: version, then the algorithm.
      return data.prefix(40).firstRange(of: rsaEncryption) == nil ? nil : rsa
    }
    // openssh-key-v1: a magic word and a zero; then, each after its length, cipher, key derivation, its options; the number
    // of keys; the public key, which begins with its type.
    var rest = Array(data.dropFirst(15))
    guard let cipher = HostKey.firstText(of: rest) else { return damaged }
    if cipher != "none" { return isEncrypted }
    for _ in 0..<3 {
      guard let length = SSHKey.length(rest), rest.count >= 4 + length else { return damaged }
      rest.removeFirst(4 + length)
    }
    guard let type = HostKey.firstText(of: Array(rest.dropFirst(8))) else { return damaged }
    return type == "ssh-rsa" ? rsa : nil
  }

  /// The object identifier 1.2.840.113549.1.1.1 (RFC 8017) in DER.
  private static let rsaEncryption: [UInt8] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
  ]

  private static func length(_ bytes: [UInt8]) -> Int? {
    bytes.count < 4 ? nil : bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
  }
}
