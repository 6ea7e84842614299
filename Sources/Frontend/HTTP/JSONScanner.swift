#if canImport(Glibc)
  import Glibc
#endif

/// Walks over JSON (RFC 8259) in place, without building values: a query's body is one long string in a small object.
struct JSONScanner {
  struct SyntaxError: Error, Equatable {
    /// What was expected, and at which byte.
    var expected: String
    var offset: Int
  }

  /// Bytes of a string between its quotes, as they stand.
  struct RawString {
    var bytes: UnsafeRawBufferPointer
    var hasEscapes: Bool
  }

  /// Nesting beyond which a body is refused rather than followed.
  static let maximumDepth = 64

  private let text: UnsafeRawBufferPointer
  private var offset = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  /// Walks over the one object that is the whole text; `member` sees the key of each member and takes its value off.
  mutating func object(member: (RawString, inout JSONScanner) throws -> Void) throws {
    try members(member)
    skipWhitespace()
    guard offset == text.count else { throw SyntaxError(expected: "the end", offset: offset) }
  }

  /// Whether a string comes next.
  mutating func isAtString() -> Bool {
    skipWhitespace()
    return current == UInt8(ascii: "\"")
  }

  /// Takes off a string.
  mutating func string() throws -> RawString {
    try take(UInt8(ascii: "\""), "a string")
    let start = offset
    var hasEscapes = false
    while true {
      guard let base = text.baseAddress, offset < text.count,
        let found = memchr(base + offset, Int32(UInt8(ascii: "\"")), text.count - offset)
      else { throw SyntaxError(expected: "the end of a string", offset: text.count) }
      let end = UnsafeRawPointer(found) - base
      // The quote ends the string unless an escape takes it.
      while offset < end, let slash = memchr(base + offset, Int32(UInt8(ascii: "\\")), end - offset) {
        hasEscapes = true
        offset = UnsafeRawPointer(slash) - base
        try escape()
      }
      if offset <= end {
        offset = end + 1
        return RawString(bytes: UnsafeRawBufferPointer(rebasing: text[start..<end]), hasEscapes: hasEscapes)
      }
    }
  }

  /// Takes off a value of any kind.
  mutating func value(depth: Int = 0) throws {
    guard depth < JSONScanner.maximumDepth else { throw SyntaxError(expected: "less nesting", offset: offset) }
    skipWhitespace()
    switch current {
    case UInt8(ascii: "\""):
      let content = try string().bytes
      guard !content.contains(where: { $0 < 0x20 }) else {
        throw SyntaxError(expected: "no control characters", offset: offset)
      }
    case UInt8(ascii: "{"): try members { _, scanner in try scanner.value(depth: depth + 1) }
    case UInt8(ascii: "["): try elements(depth: depth)
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: try number()
    }
  }

  private mutating func members(_ member: (RawString, inout JSONScanner) throws -> Void) throws {
    try take(UInt8(ascii: "{"), "an object")
    skipWhitespace()
    if skip(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      try take(UInt8(ascii: ":"), "a colon")
      try member(key, &self)
      skipWhitespace()
    } while skip(UInt8(ascii: ","))
    try take(UInt8(ascii: "}"), "a comma or the end of an object")
  }

  private mutating func elements(depth: Int) throws {
    try take(UInt8(ascii: "["), "an array")
    skipWhitespace()
    if skip(UInt8(ascii: "]")) { return }
    repeat {
      try value(depth: depth + 1)
      skipWhitespace()
    } while skip(UInt8(ascii: ","))
    try take(UInt8(ascii: "]"), "a comma or the end of an array")
  }

  private mutating func number() throws {
    let start = offset
    _ = skip(UInt8(ascii: "-"))
    if !skip(UInt8(ascii: "0")) { try digits(start) }
    if skip(UInt8(ascii: ".")) { try digits(start) }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try digits(start)
    }
  }

  private mutating func digits(_ start: Int) throws {
    let first = offset
    while let digit = current, UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit { offset += 1 }
    guard offset > first else { throw SyntaxError(expected: "a value", offset: start) }
  }

  private mutating func literal(_ word: StaticString) throws {
    let start = offset
    for index in 0..<word.utf8CodeUnitCount where !skip(word.utf8Start[index]) {
      throw SyntaxError(expected: "a value", offset: start)
    }
  }

  private mutating func escape() throws {
    offset += 1
    switch current {
    case UInt8(ascii: "u"):
      offset += 1
      for _ in 0..<4 {
        guard let digit = current, JSONString.hexValue(digit) != nil else {
          throw SyntaxError(expected: "four hexadecimal digits", offset: offset)
        }
        offset += 1
      }
    case let character? where JSONString.simpleEscapes[character] != nil: offset += 1
    default: throw SyntaxError(expected: "an escape", offset: offset)
    }
  }

  private var current: UInt8? { offset < text.count ? text[offset] : nil }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    offset += 1
    return true
  }

  private mutating func take(_ byte: UInt8, _ what: String) throws {
    skipWhitespace()
    guard skip(byte) else { throw SyntaxError(expected: what, offset: offset) }
  }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }
}
