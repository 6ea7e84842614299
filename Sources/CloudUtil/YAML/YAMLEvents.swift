import CYAML

/// What libyaml reports, one at a time.
struct YAMLEvent {
  enum Kind {
    case documentStart(hasDirectives: Bool)
    case documentEnd, textEnd
    case scalar(String, isPlain: Bool)
    case alias(String)
    case listStart, listEnd
    case mappingStart, mappingEnd
  }

  var kind: Kind
  var place: YAMLNode.Place
  /// `&name` and `!tag` before a value.
  var anchor: String?
  var tag: String?
}

/// A text on its way through libyaml: the one place that holds a handle of the C library.
struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// libyaml reads from it until the end.
  private let text: UnsafeMutableBufferPointer<UInt8>

  struct OutOfMemory: Error, CustomStringConvertible {
    let description = "libyaml has no memory for a parser"
  }

  /// - Parameter bytes: UTF-8, a byte order mark not included.
  init(_ bytes: [UInt8]) throws(OutOfMemory) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw OutOfMemory()
    }
    let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    // Otherwise the first two bytes of a text could turn it into UTF-16.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    (self.parser, self.text) = (parser, text)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// Not to be called again after it has thrown, or after `textEnd`.
  /// - Throws: `YAMLError` where the text is not YAML, or not UTF-8.
  mutating func next() throws(YAMLError) -> YAMLEvent {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw error }
      defer { yaml_event_delete(&event) }
      if event.type == YAML_STREAM_START_EVENT { continue }
      return YAMLEvents.event(event)
    }
  }

  private static func event(_ event: yaml_event_t) -> YAMLEvent {
    let data = event.data
    let place = place(event.start_mark)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      let start = data.document_start
      let hasDirectives = start.version_directive != nil || start.tag_directives.start != start.tag_directives.end
      return YAMLEvent(kind: .documentStart(hasDirectives: hasDirectives), place: place)
    case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, place: place)
    case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias(string(data.alias.anchor) ?? ""), place: place)
    case YAML_SCALAR_EVENT:
      let scalar = data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return YAMLEvent(
        kind: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), place: place,
        anchor: string(scalar.anchor), tag: string(scalar.tag))
    case YAML_SEQUENCE_START_EVENT:
      let list = data.sequence_start
      return YAMLEvent(kind: .listStart, place: place, anchor: string(list.anchor), tag: string(list.tag))
    case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .listEnd, place: place)
    case YAML_MAPPING_START_EVENT:
      let mapping = data.mapping_start
      return YAMLEvent(kind: .mappingStart, place: place, anchor: string(mapping.anchor), tag: string(mapping.tag))
    case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, place: place)
    // Also "no event", which libyaml reports at the end of the text and after it.
    default: return YAMLEvent(kind: .textEnd, place: place)
    }
  }

  private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(cString: $0) }
  }

  private static func place(_ mark: yaml_mark_t) -> YAMLNode.Place {
    YAMLNode.Place(line: mark.line + 1, column: mark.column + 1)
  }

  // MARK: Errors

  private var error: YAMLError {
    let parser = parser.pointee
    let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
    switch parser.error {
    case YAML_READER_ERROR:
      var offset = min(parser.problem_offset, text.count)
      if problem == "invalid trailing UTF-8 octet" {
        // In the midst of a character, which begins at the nearest leading byte.
        offset = text[..<offset].lastIndex { $0 >= 0xc0 } ?? offset
      }
      return YAMLError(place: place(ofByte: offset), message: "not UTF-8 text: \(problem)")
    default:
      let place = YAMLEvents.place(parser.problem_mark)
      // The context names what began earlier; where that is the same line it says nothing.
      let began = Int(parser.context_mark.line) + 1
      let context = parser.context.map { String(cString: $0) }.flatMap { began < place.line ? $0 : nil }
      return YAMLError(
        place: place,
        message: problem + (context.map { ", \($0) that began in line \(began)" } ?? "") + YAMLEvents.hint(problem))
    }
  }

  /// What to do about the mistakes that are made most.
  private static func hint(_ problem: String) -> String {
    switch problem {
    case "found character that cannot start any token": "; indent by spaces (not tabs), and put @ ` % into quotes"
    case "mapping values are not allowed in this context": "; put a text with ': ' in it into quotes"
    default: ""
    }
  }

  /// Counted here, since libyaml gives the byte alone where a text is not UTF-8.
  private func place(ofByte offset: Int) -> YAMLNode.Place {
    var place = YAMLNode.Place(line: 1, column: 1)
    for byte in text.prefix(offset) {
      if byte == 0x0a {
        place = YAMLNode.Place(line: place.line + 1, column: 1)
      } else if byte & 0xc0 != 0x80 {
        place.column += 1
      }
    }
    return place
  }
}
