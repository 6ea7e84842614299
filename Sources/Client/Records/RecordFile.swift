#if canImport(Glibc)
  import Glibc
#endif

/// A file of rows that appears under its name when it is whole: until then it is `<path>.tmp`.
final class RecordFile {
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false

  private static let bufferBytes = 1 << 16
  private var aside: String { path + ".tmp" }

  /// Creates the file aside, so that a folder that cannot be written to is known before the load is sent.
  /// - Throws: `ClientError` of kind infrastructure.
  init(path: String) throws {
    self.path = path
    descriptor = open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RecordFile.failure(path) }
    buffer.reserveCapacity(RecordFile.bufferBytes + 256)
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(aside) }
  }

  /// Appends the row that `row` puts into the buffer.
  func append(_ row: (inout [UInt8]) -> Void) throws {
    row(&buffer)
    if buffer.count >= RecordFile.bufferBytes { try flush() }
  }

  /// Gives the file its name.
  func commit() throws {
    try flush()
    guard rename(aside, path) == 0 else { throw RecordFile.failure(path) }
    isCommitted = true
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { throw RecordFile.failure(path) }
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func failure(_ path: String) -> ClientError {
    ClientError(.infrastructure, "records \(path): cannot be written: \(String(cString: strerror(errno)))")
  }
}
