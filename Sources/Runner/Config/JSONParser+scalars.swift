/// Numbers and strings, the two values of JSON with a grammar of their own.
extension JSONParser {
  /// The text of a number, checked: `-? int frac? exp?`.
  mutating func number() throws -> String {
    let start = offset
    if peek == UInt8(ascii: "-") { offset += 1 }
    let leading = offset
    guard digits() > 0 else { throw error("found \(shown), expected a digit") }
    if bytes[leading] == UInt8(ascii: "0"), offset - leading > 1 {
      offset = start
      throw error("a number may not begin with 0")
    }
    if peek == UInt8(ascii: ".") {
      offset += 1
      guard digits() > 0 else { throw error("found \(shown), expected a digit after the point") }
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      offset += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
      guard digits() > 0 else { throw error("found \(shown), expected the digits of an exponent") }
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = offset
    while let byte = peek, (0x30...0x39).contains(byte) { offset += 1 }
    return offset - start
  }

  /// The string whose opening quote is at hand.
  mutating func string() throws -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else {
        throw error(byte == 0x0a ? "the line ends inside a string" : "found \(shown) inside a string")
      }
      offset += 1
      if byte == UInt8(ascii: "\\") {
        text += Array(String(try escaped()).utf8)
      } else {
        text.append(byte)
      }
    }
    guard peek != nil else {
      offset = start
      throw error("the text is cut short: this string is not closed")
    }
    offset += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      offset = start
      throw error("this string is not UTF-8")
    }
    return string
  }

  /// The character after a backslash.
  private mutating func escaped() throws -> Unicode.Scalar {
    guard let byte = peek else { throw error("the text is cut short inside a string") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicode()
    default:
      offset -= 1
      throw error("found \\ before \(shown); JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
    }
  }

  /// `\uXXXX`, or two of them for a character beyond the first plane (a UTF-16 surrogate pair).
  private mutating func unicode() throws -> Unicode.Scalar {
    let high = try hexadecimal()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xd800..<0xdc00).contains(high), bytes[offset...].starts(with: Array("\\u".utf8)) else {
      throw error("half a surrogate pair in \\u")
    }
    offset += 2
    let low = try hexadecimal()
    guard (0xdc00..<0xe000).contains(low), let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + low - 0xdc00)
    else { throw error("half a surrogate pair in \\u") }
    return scalar
  }

  private mutating func hexadecimal() throws -> UInt32 {
    let text = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let number = UInt32(text, radix: 16) else {
      throw error("\\u needs four hexadecimal digits")
    }
    offset += 4
    return number
  }
}
