/// An element of an XML reply: its text if it has no children, else its children. Attributes and namespaces are dropped;
/// AWS says nothing with them.
public struct ReplyElement: Equatable, Sendable {
  public var name: String
  /// What stands between the tags; empty for an element with children.
  public var text: String
  public var children: [ReplyElement]

  public init(_ name: String, text: String = "", children: [ReplyElement] = []) {
    self.name = name
    self.text = text
    self.children = children
  }

  /// The first child of this name.
  public subscript(name: String) -> ReplyElement? { children.first { $0.name == name } }

  /// The text of the first child of this name; nil if there is none or it is empty, by which AWS means the same.
  public func text(_ name: String) -> String? {
    guard let text = self[name]?.text, !text.isEmpty else { return nil }
    return text
  }

  /// The text of a child that every reply has.
  /// - Throws: `ReplyProblem`.
  public func required(_ name: String) throws -> String {
    guard let text = text(name) else { throw ReplyProblem("<\(self.name)> has no <\(name)>") }
    return text
  }

  /// The number in the first child of this name.
  /// - Throws: `ReplyProblem` if something else stands there; nothing there is nil.
  public func integer(_ name: String) throws -> Int? {
    guard let text = text(name) else { return nil }
    guard let number = Int(text) else { throw ReplyProblem("<\(name)> of <\(self.name)> is no number: \(text)") }
    return number
  }

  /// Makes another text of each that stands in an element of this name, at any depth.
  mutating func rewrite(within name: String, _ change: (String) -> String) {
    for place in children.indices {
      if children[place].name == name {
        children[place].rewriteAll(change)
      } else {
        children[place].rewrite(within: name, change)
      }
    }
  }

  private mutating func rewriteAll(_ change: (String) -> String) {
    text = change(text)
    for place in children.indices { children[place].rewriteAll(change) }
  }

  /// The elements of the list in the first child of this name; none if it is not there.
  public func items(_ name: String) -> [ReplyElement] { self[name]?.children.filter { $0.name == "item" } ?? [] }
}

/// Why a reply cannot be read.
public struct ReplyProblem: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
