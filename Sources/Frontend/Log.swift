#if canImport(Glibc)
  import Glibc
#endif

/// Progress on standard error, one line an event.
enum Log {
  static func event(_ text: String) {
    // One write a line, so that lines of several threads do not mix.
    let line = Array((text.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n").utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
