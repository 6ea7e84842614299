/// A YAML value that knows where it was written, so that an error can name the place.
public struct YAMLNode: Equatable, Sendable {
  public indirect enum Value: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As written: `010`, `1.0`, `0x1f`, `.inf`.
    case number(String)
    case string(String)
    case list([YAMLNode])
    /// In the order of the text; no key is there twice.
    case mapping([Member])
  }

  public struct Member: Equatable, Sendable {
    public var key: String
    public var keyPlace: Place
    public var node: YAMLNode

    public init(key: String, keyPlace: Place, node: YAMLNode) {
      self.key = key
      self.keyPlace = keyPlace
      self.node = node
    }
  }

  /// Where something begins in the text, from 1; columns count Unicode scalars.
  public struct Place: Equatable, Sendable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
      self.line = line
      self.column = column
    }
  }

  public var value: Value
  public var place: Place

  public init(value: Value, place: Place) {
    self.value = value
    self.place = place
  }
}

/// The first place at which a text is not YAML that is read here.
public struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
  public var place: YAMLNode.Place
  /// Of the value being read (`hosts.worker[2]`); empty at the top, and where the syntax is wrong: libyaml reads ahead.
  public var keyPath: String
  public var message: String

  public init(place: YAMLNode.Place, keyPath: String = "", message: String) {
    self.place = place
    self.keyPath = keyPath
    self.message = message
  }

  public var description: String {
    "\(place.line):\(place.column): \(keyPath.isEmpty ? "" : "\(keyPath): ")\(message)"
  }
}
