/// Escapes of JSON strings.
enum JSONString {
  /// What stands after a backslash, and what it stands for.
  static let simpleEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
    UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
  ]

  /// The text of a string whose syntax the scanner has checked, where it is ASCII; nil where it is not.
  ///
  /// Keys and base64 are ASCII; an escape that stands for anything else is no part of either.
  static func unescapeASCII(_ raw: UnsafeRawBufferPointer) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(raw.count)
    var offset = 0
    while offset < raw.count {
      guard raw[offset] == UInt8(ascii: "\\"), offset + 1 < raw.count else {
        bytes.append(raw[offset])
        offset += 1
        continue
      }
      if let character = simpleEscapes[raw[offset + 1]] {
        bytes.append(character)
        offset += 2
        continue
      }
      guard offset + 6 <= raw.count else { return nil }
      var code = 0
      for digit in raw[offset + 2..<offset + 6] {
        guard let value = hexValue(digit) else { return nil }
        code = code * 16 + Int(value)
      }
      guard code < 0x80 else { return nil }
      bytes.append(UInt8(code))
      offset += 6
    }
    return bytes
  }

  static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Appends `text` as a JSON string, quotes included.
  static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
