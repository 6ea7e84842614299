/// A tag of something in EC2.
public struct EC2Tag: Hashable, Sendable {
  public var key: String
  public var value: String

  public init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }

  /// Of an element with a `tagSet`. A tag without a value has an empty one.
  static func list(_ element: ReplyElement) throws -> [String: String] {
    try element.items("tagSet").reduce(into: [:]) { $0[try $1.required("key")] = $1["value"]?.text ?? "" }
  }
}

extension EC2Tag: QueryStructured {
  public var parameters: QueryStructure { ["Key": key, "Value": value] }
}

extension Array where Element == EC2Tag {
  /// Sorted by key, so that equal tags are sent equally.
  public init(_ tags: [String: String]) {
    self = tags.sorted { $0.key < $1.key }.map { EC2Tag($0.key, $0.value) }
  }
}
