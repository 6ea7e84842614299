/// A JSON value that knows where it was written, so that an error can name the place.
struct JSONNode: Equatable, Sendable {
  indirect enum Value: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As written: whether `3` or `3.0` was meant is for the reader of the value to judge.
    case number(String)
    case string(String)
    case array([JSONNode])
    /// In the order of the text.
    case object([Member])
  }

  struct Member: Equatable, Sendable {
    var key: String
    var keyOrigin: Origin
    var node: JSONNode
  }

  var value: Value
  var origin: Origin

  /// What stands here, in the words of an error message: short, and as it was written where that fits.
  var found: String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let text): Self.shortened(text)
    case .string(let text): Self.quoted(text)
    case .array(let items): items.isEmpty ? "an empty list" : "a list"
    case .object: "an object"
    }
  }

  /// A string in quotes on one line, cut when long, its control characters spelt out.
  static func quoted(_ text: String) -> String {
    "\"\(shortened(printable(text)))\""
  }

  /// On one line, control characters spelt out.
  static func printable(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      // Among them what turns the direction of writing.
      case .control, .format, .lineSeparator, .paragraphSeparator:
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  static func shortened(_ text: String) -> String { text.count <= 48 ? text : "\(text.prefix(45))..." }
}

/// Where a value was written: a place in a file, or a command-line option as a whole.
struct Origin: Equatable, Sendable, CustomStringConvertible {
  /// A path as the user gave it, or the option (`--set send_rates`).
  var source: String
  /// From 1; nil where the source has one line only.
  var line: Int?
  var column: Int?

  var description: String {
    let source = JSONNode.printable(source)
    guard let line, let column else { return source }
    return "\(source):\(line):\(column)"
  }
}
