/// A file of sections with keys and values, as AWS's tools write and read theirs.
///
/// `#` and `;` begin comments, on lines of their own alone. A line that is indented deeper than the key above goes on with
/// its value. Keys are in lower case. What stands in `[DEFAULT]` holds for every section.
struct INIFile: Equatable, Sendable, Confidential {
  var sections: [String: [String: String]] = [:]

  /// Says where, but never what is written there: it may be a key.
  struct Malformed: Error, Equatable {
    /// From 1.
    var line: Int
    var reason: String
  }

  /// - Throws: `Malformed`.
  init(_ text: String) throws {
    var reader = Reader()
    for line in INIFile.lines(of: text) { try reader.take(line) }
    let values = reader.values.mapValues { $0.mapValues(INIFile.joined) }
    let defaults = values[Reader.defaults] ?? [:]
    for (name, own) in values where name != Reader.defaults {
      sections[name] = defaults.merging(own) { _, own in own }
    }
  }

  /// The keys and values that are written, indented, as the value of one key; nil if it is not of this kind.
  static func nested(_ value: String) -> [String: String]? {
    guard value.utf8.first == UInt8(ascii: "\n") else { return nil }
    var values: [String: String] = [:]
    for line in value.utf8.split(separator: UInt8(ascii: "\n")) {
      let key = line.prefix { $0 != UInt8(ascii: "=") }
      values[trimmed(key)] = trimmed(line.dropFirst(key.count + 1))
    }
    return values
  }

  /// The lines of a value, without the empty ones at its end.
  private static func joined(_ lines: [String]) -> String {
    var lines = lines
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  private static func lines(of text: String) -> [Substring.UTF8View] {
    var lines: [Substring.UTF8View] = []
    var rest = Substring(text).utf8
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    while !rest.isEmpty {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
      lines.append(line)
      rest = rest[line.endIndex...]
      rest = rest.dropFirst(rest.starts(with: "\r\n".utf8) ? 2 : 1)
    }
    return lines
  }

  fileprivate static func trimmed(_ text: Substring.UTF8View) -> String {
    let start = text.drop(while: isSpace)
    let end = start.lastIndex { !isSpace($0) }.map { start.index(after: $0) } ?? start.startIndex
    return String(Substring(start[..<end]))
  }

  fileprivate static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (9...13).contains(byte) }
}

/// Reads line by line, by the rules of Python's `configparser`, which AWS's own tools read with.
private struct Reader {
  static let defaults = "DEFAULT"
  /// By section and key, line by line.
  var values: [String: [String: [String]]] = [:]
  private var section: String?
  private var key: String?
  private var indentation = 0
  private var number = 0

  mutating func take(_ line: Substring.UTF8View) throws {
    number += 1
    let text = INIFile.trimmed(line)
    if text.isEmpty { return goOn(with: "") }
    if text.hasPrefix("#") || text.hasPrefix(";") { return }
    let indent = line.prefix(while: INIFile.isSpace).count
    if key != nil, indent > indentation { return goOn(with: text) }
    indentation = indent
    if let name = Reader.header(text) {
      try begin(name)
    } else {
      try add(text)
    }
  }

  private mutating func goOn(with text: String) {
    guard let section, let key else { return }
    values[section]?[key]?.append(text)
  }

  private mutating func begin(_ name: String) throws {
    guard values[name] == nil || name == Reader.defaults else {
      throw INIFile.Malformed(line: number, reason: "the section [\(name)] is there already")
    }
    if values[name] == nil { values[name] = [:] }
    section = name
    key = nil
  }

  private mutating func add(_ text: String) throws {
    guard let section else {
      throw INIFile.Malformed(line: number, reason: "no section, such as [default], stands above it")
    }
    let bytes = Substring(text).utf8
    guard let end = bytes.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }),
      case let key = INIFile.trimmed(bytes[..<end]).lowercased(), !key.isEmpty
    else { throw INIFile.Malformed(line: number, reason: "neither `key = value`, a [section] nor a # comment") }
    guard values[section]?[key] == nil else {
      throw INIFile.Malformed(line: number, reason: "\(key) is there already in [\(section)]")
    }
    values[section]?[key] = [INIFile.trimmed(bytes[end...].dropFirst())]
    self.key = key
  }

  /// What stands in the brackets with which `text` begins.
  private static func header(_ text: String) -> String? {
    let bytes = text.utf8
    guard bytes.first == UInt8(ascii: "["), let end = bytes.lastIndex(of: UInt8(ascii: "]")) else { return nil }
    let name = String(Substring(bytes[..<end].dropFirst()))
    return name.isEmpty ? nil : name
  }
}
