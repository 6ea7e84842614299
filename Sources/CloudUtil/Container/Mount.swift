/// A file or folder of the host that a container sees at the same path, so that arguments mean the same inside and outside.
public struct Mount: Hashable, Sendable {
  /// Absolute; it has to exist.
  public var path: String
  public var isReadOnly: Bool

  public init(_ path: String, isReadOnly: Bool = true) {
    self.path = path
    self.isReadOnly = isReadOnly
  }
}
