/// Parses JSON (RFC 8259) and keeps what Foundation's parser drops: positions, the order of keys, duplicate keys, and
/// whether a number was written as an integer.
///
/// A key given twice is not an error of syntax: both members are in the object, in order.
struct JSONParser {
  /// The first place at which the text stops being JSON.
  struct SyntaxError: Error, Equatable {
    var origin: Origin
    /// Of the value being read (`send_rates[2]`); empty at the top.
    var keyPath: String
    var message: String
  }

  /// Deep enough for any experiment, shallow enough for the stack.
  static let maximumDepth = 64

  let bytes: [UInt8]
  let source: String
  let hasPositions: Bool
  var offset = 0
  var path: [String] = []
  private var mark = (offset: 0, line: 1, column: 1)

  private init(bytes: [UInt8], source: String, hasPositions: Bool) {
    self.bytes = bytes
    self.source = source
    self.hasPositions = hasPositions
  }

  /// - Parameter hasPositions: false for text that is one line of a command, where line and column say nothing.
  static func parse(_ bytes: [UInt8], source: String, hasPositions: Bool = true) throws -> JSONNode {
    var parser = JSONParser(bytes: bytes, source: source, hasPositions: hasPositions)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { parser.offset = 3 }
    parser.skipSpace()
    guard parser.peek != nil else { throw parser.error("the text is empty; an experiment is a JSON object { ... }") }
    let node = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.peek == nil else { throw parser.error("found \(parser.shown) after the end of the JSON value") }
    return node
  }

  // MARK: Values

  private mutating func value(depth: Int) throws -> JSONNode {
    guard depth < Self.maximumDepth else { throw error("nested more than \(Self.maximumDepth) deep") }
    let origin = here()
    switch peek {
    case UInt8(ascii: "{"): return JSONNode(value: try object(depth: depth), origin: origin)
    case UInt8(ascii: "["): return JSONNode(value: try array(depth: depth), origin: origin)
    case UInt8(ascii: "\""): return JSONNode(value: .string(try string()), origin: origin)
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
      return JSONNode(value: .number(try number()), origin: origin)
    default: return JSONNode(value: try word(), origin: origin)
    }
  }

  private mutating func object(depth: Int) throws -> JSONNode.Value {
    let start = offset
    offset += 1
    var members: [JSONNode.Member] = []
    skipSpace()
    while peek != UInt8(ascii: "}") {
      guard peek == UInt8(ascii: "\"") else { throw unfinished("a key in double quotes", opened: start, "{") }
      let keyOrigin = here()
      let key = try string()
      path.append(path.isEmpty ? key : ".\(key)")
      skipSpace()
      guard peek == UInt8(ascii: ":") else { throw unfinished("':' after the key", opened: start, "{") }
      offset += 1
      skipSpace()
      members.append(JSONNode.Member(key: key, keyOrigin: keyOrigin, node: try value(depth: depth + 1)))
      try separator(closing: "}", opened: start, "{")
      path.removeLast()
    }
    offset += 1
    return .object(members)
  }

  private mutating func array(depth: Int) throws -> JSONNode.Value {
    let start = offset
    offset += 1
    var items: [JSONNode] = []
    skipSpace()
    while peek != UInt8(ascii: "]") {
      path.append("[\(items.count)]")
      items.append(try value(depth: depth + 1))
      try separator(closing: "]", opened: start, "[")
      path.removeLast()
    }
    offset += 1
    return .array(items)
  }

  /// Steps over the comma between members, or stops in front of the closing bracket.
  private mutating func separator(closing: Unicode.Scalar, opened: Int, _ bracket: String) throws {
    skipSpace()
    if peek == UInt8(ascii: closing) { return }
    guard peek == UInt8(ascii: ",") else { throw unfinished("',' or '\(closing)'", opened: opened, bracket) }
    let comma = offset
    offset += 1
    skipSpace()
    if peek == UInt8(ascii: closing) {
      offset = comma
      throw error("found ',' before '\(closing)'; JSON has no trailing comma")
    }
  }

  private mutating func word() throws -> JSONNode.Value {
    let rest = bytes[offset...].prefix { $0 >= 0x30 && $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: "}") }
    switch String(decoding: rest, as: UTF8.self) {
    case "true": offset += 4; return .bool(true)
    case "false": offset += 5; return .bool(false)
    case "null": offset += 4; return .null
    case "": throw error(peek == nil ? "the text ends where a value should be" : "found \(shown), not a JSON value")
    case let text where text.first?.isLetter == true:
      throw error("found \(JSONNode.shortened(text)), not a JSON value (strings stand in double quotes)")
    default: throw error("found \(shown), not a JSON value")
    }
  }

  // MARK: Places

  var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
  }

  /// The character at hand, in the words of a message.
  var shown: String {
    guard let byte = peek else { return "the end of the text" }
    let character = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).prefix(1)
    return byte < 0x20 ? "control character \(byte)" : "'\(character)'"
  }

  /// The line and column (in Unicode scalars, from 1) of a place.
  func origin(at place: Int) -> Origin {
    guard hasPositions else { return Origin(source: source) }
    var line = mark.line
    var column = mark.column
    if place < mark.offset { (line, column) = (1, 1) }
    for byte in bytes[(place < mark.offset ? 0 : mark.offset)..<place] {
      if byte == 0x0a {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {
        column += 1
      }
    }
    return Origin(source: source, line: line, column: column)
  }

  /// Where the next value begins. Remembers the place, so that a text is counted once and not once a value.
  private mutating func here() -> Origin {
    let origin = origin(at: offset)
    if let line = origin.line, let column = origin.column { mark = (offset, line, column) }
    return origin
  }

  func error(_ message: String) -> SyntaxError {
    SyntaxError(origin: origin(at: offset), keyPath: path.joined(), message: message)
  }

  private func unfinished(_ expected: String, opened: Int, _ bracket: String) -> SyntaxError {
    guard peek == nil else { return error("found \(shown), expected \(expected)") }
    let place = hasPositions ? " of line \(origin(at: opened).line ?? 1)" : ""
    return error("the text is cut short: the '\(bracket)'\(place) is not closed")
  }
}
