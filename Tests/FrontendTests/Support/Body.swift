/// Bodies of requests.
enum Body {
  static func json(_ bytes: [UInt8]) -> [UInt8] { Array("{\"input\": \"\(base64(bytes))\"}".utf8) }

  /// Base64 as a second implementation, bit by bit.
  static func json(floats: [Float]) -> [UInt8] { json(floats.littleEndianBytes) }

  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    var text = ""
    for start in stride(from: 0, to: bits.count, by: 6) {
      let value = (0..<6).reduce(0) { $0 * 2 + (start + $1 < bits.count ? Int(bits[start + $1]) : 0) }
      text.append(alphabet[value])
    }
    return text + String(repeating: "=", count: (4 - text.count % 4) % 4)
  }
}
