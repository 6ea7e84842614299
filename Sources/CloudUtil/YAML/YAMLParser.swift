/// Reads one YAML document, as people write settings: scalars by the core schema of YAML 1.2, of the syntax what
/// libyaml reads.
///
/// Refused, each with its place: several documents, directives, tags, anchors and aliases (a few lines of them can
/// unfold to more than fits into memory), keys that are not strings, and a key that is given twice.
public struct YAMLParser: ~Copyable {
  /// Deep enough for any settings, shallow enough for the stack.
  public static let maximumDepth = 64
  /// Settings are written by hand; a text beyond this is something else.
  public static let maximumBytes = 1 << 20

  private var events: YAMLEvents
  /// Of the value being read: `hosts`, `.worker`, `[2]`.
  private var path: [String] = []

  /// - Parameter bytes: UTF-8; a byte order mark is skipped.
  /// - Throws: `YAMLError`, also for a text without any value (nothing but comments); an error that says so if libyaml
  ///   has no memory.
  public static func parse(_ bytes: [UInt8]) throws -> YAMLNode {
    guard bytes.count <= maximumBytes else {
      throw YAMLError(place: YAMLNode.Place(line: 1, column: 1), message: "larger than \(maximumBytes) bytes")
    }
    let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
    var parser = YAMLParser(events: try YAMLEvents(hasMark ? Array(bytes.dropFirst(3)) : bytes))
    return try parser.document()
  }

  private init(events: consuming YAMLEvents) { self.events = events }

  private mutating func document() throws(YAMLError) -> YAMLNode {
    let start = try events.next()
    guard case .documentStart(let hasDirectives) = start.kind else {
      throw error(start, "the text is empty")
    }
    if hasDirectives { throw error(start, "found a directive (%), which is not read here; leave it out") }
    let node = try value(try events.next(), depth: 0)
    // The end of the document.
    _ = try events.next()
    let end = try events.next()
    guard case .textEnd = end.kind else { throw error(end, "a second document begins here; allowed: one") }
    return node
  }

  // MARK: Values

  private mutating func value(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
    guard depth < Self.maximumDepth else { throw error(event, "nested more than \(Self.maximumDepth) deep") }
    try refuseProperties(of: event)
    let value: YAMLNode.Value =
      switch event.kind {
      case .scalar(let text, let isPlain): isPlain ? YAMLScalar.value(of: text) : .string(text)
      case .listStart: try list(depth: depth)
      case .mappingStart: try mapping(depth: depth)
      default: throw error(event, "found no value where one should be")
      }
    return YAMLNode(value: value, place: event.place)
  }

  private mutating func list(depth: Int) throws(YAMLError) -> YAMLNode.Value {
    var items: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .listEnd = event.kind { return .list(items) }
      path.append("[\(items.count)]")
      items.append(try value(event, depth: depth + 1))
      path.removeLast()
    }
  }

  private mutating func mapping(depth: Int) throws(YAMLError) -> YAMLNode.Value {
    var members: [YAMLNode.Member] = []
    var places: [String: YAMLNode.Place] = [:]
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { return .mapping(members) }
      let key = try key(event)
      path.append(path.isEmpty ? key : ".\(key)")
      if let first = places.updateValue(event.place, forKey: key) {
        throw error(event, "given twice; the first is at \(first.line):\(first.column)")
      }
      let node = try value(try events.next(), depth: depth + 1)
      members.append(YAMLNode.Member(key: key, keyPlace: event.place, node: node))
      path.removeLast()
    }
  }

  private func key(_ event: YAMLEvent) throws(YAMLError) -> String {
    try refuseProperties(of: event)
    guard case .scalar(let text, let isPlain) = event.kind else {
      throw error(event, "a list or a mapping stands as a key; allowed: a string")
    }
    guard isPlain else { return text }
    switch YAMLScalar.value(of: text) {
    case .string: return text
    case .null where text.isEmpty: throw error(event, "a key is missing before ':'")
    default: throw error(event, "the key \(text) is no string; write \"\(text)\"")
    }
  }

  private func refuseProperties(of event: YAMLEvent) throws(YAMLError) {
    if case .alias(let name) = event.kind {
      throw error(event, "found the alias *\(name), which is not read here; write the value out")
    }
    if let name = event.anchor {
      throw error(event, "found the anchor &\(name), which is not read here; leave it out")
    }
    if let tag = event.tag {
      throw error(event, "found the tag \(tag), which is not read here; leave it out, and write strings in quotes")
    }
  }

  private func error(_ event: YAMLEvent, _ message: String) -> YAMLError {
    YAMLError(place: event.place, keyPath: path.joined(), message: message)
  }
}
