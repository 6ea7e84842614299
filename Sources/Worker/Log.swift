#if canImport(Glibc)
  import Glibc
#endif

/// One line an event, on stderr.
enum Log {
  static func line(_ text: String) {
    var bytes = Array(text.utf8)
    bytes.append(UInt8(ascii: "\n"))
    // One write, so that lines of threads and processes do not mix. What cannot be logged is lost.
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
