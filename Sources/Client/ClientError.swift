/// What went wrong, in one line, and the exit code that says whose fault it was.
struct ClientError: Error, CustomStringConvertible, Equatable {
  enum Kind: Int32 {
    case usage = 64
    case input = 65
    case infrastructure = 69
    case interrupted = 130
  }
  var kind: Kind
  var description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
