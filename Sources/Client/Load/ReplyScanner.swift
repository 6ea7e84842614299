/// Finds the predicted class in a reply: the index of the largest number of `"output":[...]`.
///
/// Only what stands between is read: strings are skipped with their escapes, nesting is counted, so that an "output" inside
/// another value is not taken for it. Not a validating JSON parser.
struct ReplyScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// - Returns: the first index of the largest number; nil if there is no output, it is empty or holds anything but numbers.
  static func predictedClass(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var scanner = ReplyScanner(bytes.bindMemory(to: UInt8.self))
    return scanner.findOutput() ? scanner.largest() : nil
  }

  /// Moves behind the bracket that opens the output.
  private mutating func findOutput() -> Bool {
    var depth = 0
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        let start = position
        guard skipString() else { return false }
        guard depth == 1, isOutput(start..<position - 1) else { continue }
        // A key, if a colon follows; the value must be an array.
        guard nextVisible() == UInt8(ascii: ":") else {
          position -= 1
          continue
        }
        return nextVisible() == UInt8(ascii: "[")
      default: continue
      }
    }
    return false
  }

  private func isOutput(_ range: Range<Int>) -> Bool {
    bytes[range].elementsEqual("output".utf8)
  }

  /// Moves behind the quote that closes the string.
  private mutating func skipString() -> Bool {
    while let byte = next() {
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\") { position += 1 }
    }
    return false
  }

  private mutating func largest() -> Int? {
    var best: (index: Int, value: Double)?
    var index = 0
    while true {
      guard let first = nextVisible(), let value = number(first) else { return nil }
      if best.map({ value > $0.value }) ?? true { best = (index, value) }
      index += 1
      switch nextVisible() {
      case UInt8(ascii: ","): continue
      case UInt8(ascii: "]"): return best?.index
      default: return nil
      }
    }
  }

  /// The number that begins with `first`, which has been read.
  private mutating func number(_ first: UInt8) -> Double? {
    let start = position - 1
    var byte: UInt8? = first
    let isNegative = byte == UInt8(ascii: "-")
    if isNegative { byte = next() }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    var isFraction = false
    while let character = byte {
      if let digit = ReplyScanner.digit(character) {
        // Leading zeros do not count: 0.00012 has two digits.
        if mantissa != 0 || digit != 0 { digits += 1 }
        if digits <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
        if isFraction { exponent -= 1 }
      } else if character == UInt8(ascii: "."), !isFraction {
        isFraction = true
      } else {
        break
      }
      byte = next()
    }
    let hasDigits = digits > 0 || bytes[start..<min(position, bytes.count)].contains(UInt8(ascii: "0"))
    guard hasDigits else { return nil }
    if let character = byte, character | 0x20 == UInt8(ascii: "e") {
      guard let power = integer() else { return nil }
      exponent += power
    } else if byte != nil {
      position -= 1
    }
    // Both factors are exact in a Double: the product is the nearest one (Clinger 1990). Whatever is longer goes the slow way.
    guard digits <= 15, abs(exponent) <= 22 else { return slowNumber(start) }
    let power = ReplyScanner.powersOfTen[abs(exponent)]
    let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    return isNegative ? -value : value
  }

  private func slowNumber(_ start: Int) -> Double? {
    Double(String(decoding: bytes[start..<min(position, bytes.count)], as: UTF8.self))
  }

  /// A whole number with or without a sign.
  private mutating func integer() -> Int? {
    var byte = next()
    let isNegative = byte == UInt8(ascii: "-")
    if isNegative || byte == UInt8(ascii: "+") { byte = next() }
    var value: Int?
    while let character = byte, let digit = ReplyScanner.digit(character) {
      value = min((value ?? 0) * 10 + Int(digit), 10_000)
      byte = next()
    }
    if byte != nil { position -= 1 }
    return value.map { isNegative ? -$0 : $0 }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit <= 9 ? digit : nil
  }

  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func nextVisible() -> UInt8? {
    while let byte = next() {
      if byte != 0x20, byte != 0x0a, byte != 0x0d, byte != 0x09 { return byte }
    }
    return nil
  }

  private static let powersOfTen: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 }
  }
}
