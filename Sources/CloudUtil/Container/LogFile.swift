import Glibc

/// A file to whose end one writes.
actor LogFile {
  private let path: String
  private let descriptor: Int32

  /// - Throws: `SystemCall`.
  init(_ path: String) throws {
    self.path = path
    descriptor = try SystemCall.check("open \(path)", open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644))
  }

  deinit { close(descriptor) }

  /// - Throws: `SystemCall`, for instance if the disk is full.
  func append(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      rest = rest.dropFirst(try SystemCall.check("write \(path)", count))
    }
  }
}
