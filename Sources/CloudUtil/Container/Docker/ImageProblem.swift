/// Why containers cannot be made of an image.
public enum ImageProblem: Equatable, Sendable, CustomStringConvertible {
  case missing
  /// It holds another `file` than the one that is there now.
  case stale(file: String)

  public var description: String {
    switch self {
    case .missing: "is missing; build it: Scripts/images"
    case .stale(let file): "was made from another \(file); build it again: Scripts/images"
    }
  }
}
