#if canImport(Glibc)
  import Glibc
#endif

/// Progress and errors of this process: stderr, one line an event.
enum Log {
  static func line(_ text: String) {
    let line = "client: \(text)\n"
    // One write a line, so that lines of several processes on one terminal do not mix.
    line.utf8.withContiguousStorageIfAvailable { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
      ?? { for byte in line.utf8 { withUnsafePointer(to: byte) { _ = write(STDERR_FILENO, $0, 1) } } }()
  }
}

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
