import Glibc

/// The content of a file whose size is not known before it is read, as all of `/proc`.
/// - Throws: `SystemCall` if it cannot be read, for instance because its process has ended.
func readWhole(_ path: String) throws -> [UInt8] {
  let descriptor = try SystemCall.check("open \(path)", open(path, O_RDONLY | O_CLOEXEC))
  defer { close(descriptor) }
  var content: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 16 << 10)
  while true {
    let count = try SystemCall.check("read \(path)", read(descriptor, &buffer, buffer.count))
    if count == 0 { return content }
    content += buffer[..<count]
  }
}
