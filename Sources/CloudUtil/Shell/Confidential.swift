/// A value that may hold secrets somewhere: every way of describing it says the name of its type alone.
protocol Confidential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Confidential {
  public var description: String { "<\(Self.self)>" }
  public var debugDescription: String { description }
  /// Keeps `dump` and string interpolation of what holds it from reaching its parts.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
