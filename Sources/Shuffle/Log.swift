#if canImport(Glibc)
  import Glibc
#endif

/// One line an event, on stderr.
enum Log {
  static func line(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    // One write, so that lines of processes do not mix. What cannot be logged is lost.
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
