/// One `--set key=json`: takes the place of the key's value in the experiment's file, before anything is checked.
struct Override: Equatable, Sendable {
  var key: String
  var node: JSONNode

  /// The value is JSON; a bare word (`--set model=digits`), which is no JSON, is taken as a string.
  /// - Throws: `Failure` (usage) that says how to write it.
  init(_ argument: String) throws {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else {
      throw Failure(
        exitCode: .usage, "--set \(argument): no key and value; write --set key=json, as in --set send_rates='[30]'")
    }
    key = String(argument[..<equals])
    let value = String(argument[argument.index(after: equals)...])
    let source = "--set \(key)"
    guard !value.isEmpty else {
      throw Failure(exitCode: .usage, "--set \(argument): no value; write --set \(key)='...', or null for the default")
    }
    do {
      node = try JSONParser.parse(Array(value.utf8), source: source, hasPositions: false)
    } catch let error as JSONParser.SyntaxError {
      guard Self.isWord(value) else {
        throw Failure(
          exitCode: .usage,
          """
          --set \(argument): the value is not JSON: \(error.message)
          write --set \(key)='[30, 60]' for a list, --set \(key)=30 for a number, --set \(key)='"some text"' for a string
          """)
      }
      node = JSONNode(value: .string(value), origin: Origin(source: source))
    }
  }

  /// A name or a path: begins with a letter, `_`, `/` or `.`, and holds nothing that JSON gives a meaning to.
  private static func isWord(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter || "_/.~".contains(first) else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || "._-/:@{}~+".contains($0) }
  }

  /// Puts overrides into an experiment's object; of two with the same key the last one holds.
  static func apply(_ overrides: [Override], to root: JSONNode) -> JSONNode {
    guard case .object(var members) = root.value else { return root }
    for override in overrides {
      members.removeAll { $0.key == override.key }
      members.append(JSONNode.Member(key: override.key, keyOrigin: override.node.origin, node: override.node))
    }
    return JSONNode(value: .object(members), origin: root.origin)
  }
}
