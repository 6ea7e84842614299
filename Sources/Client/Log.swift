#if canImport(Glibc)
  import Glibc
#endif

/// Progress and errors of this process: stderr, one line an event.
enum Log {
  static func line(_ text: String) {
    // One write a line, so that lines of several processes on one terminal do not mix.
    let line = Array("client: \(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }
}
