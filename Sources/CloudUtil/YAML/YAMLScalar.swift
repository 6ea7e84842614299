/// What a plain scalar (one without quotes) means by the core schema of YAML 1.2, section 10.3.2. Pure.
///
/// In particular `no`, `on` and `2026-01-19` are strings, and `010` is ten.
enum YAMLScalar {
  static func value(of text: String) -> YAMLNode.Value {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: isNumber(text) ? .number(text) : .string(text)
    }
  }

  static func isNumber(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if bytes.starts(with: Array("0o".utf8)) { return isAll(bytes.dropFirst(2)) { (0x30...0x37).contains($0) } }
    if bytes.starts(with: Array("0x".utf8)) { return isAll(bytes.dropFirst(2), isHexadecimal) }
    switch text {
    case ".nan", ".NaN", ".NAN": return true
    default: break
    }
    var rest = bytes[...]
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    switch String(decoding: rest, as: UTF8.self) {
    case ".inf", ".Inf", ".INF": return true
    default: return isDecimal(rest)
    }
  }

  /// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    let whole = takeDigits(&rest)
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      let fraction = takeDigits(&rest)
      guard whole + fraction > 0 else { return false }
    } else if whole == 0 {
      return false
    }
    guard let exponent = rest.first else { return true }
    guard exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") else { return false }
    rest.removeFirst()
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    return takeDigits(&rest) > 0 && rest.isEmpty
  }

  private static func takeDigits(_ text: inout ArraySlice<UInt8>) -> Int {
    let count = text.prefix { (0x30...0x39).contains($0) }.count
    text.removeFirst(count)
    return count
  }

  private static func isAll(_ text: ArraySlice<UInt8>, _ allowed: (UInt8) -> Bool) -> Bool {
    !text.isEmpty && text.allSatisfy(allowed)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
}
