/// The problems found while an input is read. Reading goes on after one, so that all are told at once.
struct ProblemList {
  private(set) var problems: [Problem] = []

  mutating func add(_ field: Field, _ message: String) {
    problems.append(Problem(origin: field.node.origin, keyPath: field.keyPath, message: message))
  }

  /// `found 3.5; allowed: an integer > 0`, for the value of a field.
  mutating func add(_ field: Field, allowed: String) {
    add(field, "found \(field.node.found); allowed: \(allowed)")
  }

  mutating func add(_ problem: Problem) { problems.append(problem) }
}

/// A value of an input and the path of keys that leads to it.
struct Field: Equatable, Sendable {
  var keyPath: String
  var node: JSONNode

  /// The fields of an object by key; duplicate keys and keys not in `known` are problems.
  /// - Returns: nil, and a problem, if this is not an object.
  func members(known: [String], allowed: String, problems: inout ProblemList) -> Members? {
    guard case .object(let members) = node.value else {
      problems.add(self, allowed: allowed)
      return nil
    }
    var fields: [String: Field] = [:]
    for member in members {
      let path = keyPath.isEmpty ? member.key : "\(keyPath).\(member.key)"
      let shown = path.isEmpty ? "\"\"" : JSONNode.shortened(path)
      if !known.contains(member.key) {
        let nearest = NearestName.of(member.key, among: known).map { "did you mean \($0)?" }
        problems.add(
          Problem(
            origin: member.keyOrigin, keyPath: shown,
            message: "unknown key; \(nearest ?? "known: \(known.joined(separator: ", "))")"))
      } else if let first = fields[member.key] {
        problems.add(
          Problem(
            origin: member.keyOrigin, keyPath: shown,
            message: "given twice; the first is at \(first.node.origin)"))
      } else {
        fields[member.key] = Field(keyPath: path, node: member.node)
      }
    }
    return Members(object: self, fields: fields)
  }

  /// The members of an object whose keys are the user's own.
  /// - Returns: none, and a problem, if this is not an object.
  func entries(allowed: String, problems: inout ProblemList) -> [Entry] {
    guard case .object(let members) = node.value else {
      problems.add(self, allowed: allowed)
      return []
    }
    return members.map { member in
      let path = "\(keyPath).\(JSONNode.shortened(member.key))"
      return Entry(key: member.key, keyOrigin: member.keyOrigin, value: Field(keyPath: path, node: member.node))
    }
  }

  /// The items of a list. An empty list is a problem, and so is anything that is not a list.
  func items(allowed: String, problems: inout ProblemList) -> [Field]? {
    guard case .array(let nodes) = node.value, !nodes.isEmpty else {
      problems.add(self, allowed: "a list of at least one \(allowed)")
      return nil
    }
    return nodes.enumerated().map { Field(keyPath: "\(keyPath)[\($0.offset)]", node: $0.element) }
  }
}

/// A member of an object whose keys are the user's own.
struct Entry: Equatable, Sendable {
  var key: String
  var keyOrigin: Origin
  var value: Field

  /// What is wrong with the key.
  func problem(_ message: String) -> Problem {
    Problem(origin: keyOrigin, keyPath: value.keyPath, message: message)
  }
}

/// The fields of one object.
struct Members {
  var object: Field
  var fields: [String: Field]

  /// - Returns: nil, and a problem, if the key is missing.
  func required(_ key: String, allowed: String, problems: inout ProblemList) -> Field? {
    if let field = fields[key] { return field }
    problems.add(
      Problem(
        // What the text as a whole lacks has no place in it.
        origin: object.keyPath.isEmpty ? Origin(source: object.node.origin.source) : object.node.origin,
        keyPath: object.keyPath.isEmpty ? key : "\(object.keyPath).\(key)",
        message: "missing; allowed: \(allowed)"))
    return nil
  }

  /// nil if the key is missing or its value is null: the default then holds.
  func optional(_ key: String) -> Field? {
    guard let field = fields[key], field.node.value != .null else { return nil }
    return field
  }
}
