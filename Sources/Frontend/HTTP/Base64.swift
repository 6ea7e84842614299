import NIOCore

/// Base64 of RFC 4648, section 4, strictly: the standard alphabet, padded, without line breaks.
enum Base64 {
  /// Appends the bytes that `text` encodes to `buffer`.
  /// - Returns: false if `text` is not base64; `buffer` is then as it was.
  static func decode(_ text: UnsafeRawBufferPointer, into buffer: inout ByteBuffer) -> Bool {
    guard text.count % 4 == 0 else { return false }
    guard text.count > 0 else { return true }
    var padding = 0
    if text[text.count - 1] == equalsSign { padding = text[text.count - 2] == equalsSign ? 2 : 1 }
    let whole = (text.count - (padding == 0 ? 0 : 4)) / 4
    let bytes = text.count / 4 * 3 - padding

    var isValid = true
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) { output in
      shifted.withUnsafeBufferPointer { table in
        var seen: UInt32 = 0
        for quantum in 0..<whole {
          let at = quantum * 4
          let value =
            table[Int(text[at])] | table[256 + Int(text[at + 1])] | table[512 + Int(text[at + 2])]
            | table[768 + Int(text[at + 3])]
          seen |= value
          output[quantum * 3] = UInt8(truncatingIfNeeded: value >> 16)
          output[quantum * 3 + 1] = UInt8(truncatingIfNeeded: value >> 8)
          output[quantum * 3 + 2] = UInt8(truncatingIfNeeded: value)
        }
        if padding > 0 {
          let at = whole * 4
          var value = table[Int(text[at])] | table[256 + Int(text[at + 1])]
          if padding == 1 { value |= table[512 + Int(text[at + 2])] }
          seen |= value
          // Bits that no byte takes must be zero, or one input would have several encodings.
          if value & (padding == 1 ? 0xFF : 0xFFFF) != 0 { seen |= invalid }
          output[whole * 3] = UInt8(truncatingIfNeeded: value >> 16)
          if padding == 1 { output[whole * 3 + 1] = UInt8(truncatingIfNeeded: value >> 8) }
        }
        isValid = seen & invalid == 0
      }
      return isValid ? bytes : 0
    }
    return isValid
  }

  private static let equalsSign = UInt8(ascii: "=")
  private static let invalid: UInt32 = 1 << 31

  /// For each place of a quantum, the value of each character moved to its bits of the 24; `invalid` outside the alphabet.
  private static let shifted: [UInt32] = {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var table = [UInt32](repeating: invalid, count: 4 * 256)
    for place in 0..<4 {
      for (value, character) in alphabet.enumerated() {
        table[place * 256 + Int(character)] = UInt32(value) << UInt32(18 - 6 * place)
      }
    }
    return table
  }()
}
