/// Text that must never be printed: a password, a key. Every way of describing it says `<secret>`.
public struct Secret: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The text itself, for the one place that needs it.
  public let value: String

  public init(_ value: String) { self.value = value }
  public init(stringLiteral value: String) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<secret>" }
  public var debugDescription: String { description }
  /// Keeps `dump` and string interpolation of a value that holds a secret from reaching its text.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
