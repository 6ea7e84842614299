/// Why containers cannot be made of an image.
public enum ImageProblem: Equatable, Sendable, CustomStringConvertible {
  case missing
  /// Its label `run_exp.image` does not say `content`: another program made it, or for something else.
  case foreign(content: String)
  /// It holds another `file` than the one that is there now.
  case stale(file: String)

  public var description: String {
    switch self {
    case .missing: "is missing; build it: Scripts/images"
    case .foreign(let content):
      "was not made by Scripts/images for \(content) (its label run_exp.image says otherwise); build it: Scripts/images"
    case .stale(let file): "was made from another \(file); build it again: Scripts/images"
    }
  }
}
