#if canImport(Glibc)
  import Glibc
#endif

/// Small text files.
enum File {
  static func text(_ path: String) throws -> String {
    guard let file = fopen(path, "r") else {
      throw Child.Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
