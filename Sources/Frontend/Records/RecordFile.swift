#if canImport(Glibc)
  import Glibc
#endif

/// Files that are either whole or not there: written aside and renamed.
enum RecordFile {
  struct Failure: Error, CustomStringConvertible {
    var path: String
    var operation: String
    var code: Int32
    var description: String { "\(path): cannot \(operation): \(String(cString: strerror(code)))" }
  }

  /// Makes the folder and those above it.
  static func makeFolder(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/" + part
      if mkdir(made, 0o755) != 0, errno != EEXIST {
        throw Failure(path: made, operation: "make the folder", code: errno)
      }
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let aside = path + ".tmp"
    let file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Failure(path: aside, operation: "open", code: errno) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let code = errno
        close(file)
        throw Failure(path: aside, operation: "write", code: code)
      }
      written += count
    }
    guard close(file) == 0 else { throw Failure(path: aside, operation: "close", code: errno) }
    guard rename(aside, path) == 0 else { throw Failure(path: path, operation: "rename to", code: errno) }
  }
}
