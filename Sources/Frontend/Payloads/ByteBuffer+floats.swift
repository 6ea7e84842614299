import NIOCore

extension ByteBuffer {
  /// Replaces the contents of `floats` with the little-endian float32 in this buffer.
  func copyFloats(into floats: inout [Float]) {
    let count = readableBytes / 4
    if floats.count != count { floats = [Float](repeating: 0, count: count) }
    withUnsafeReadableBytes { bytes in
      floats.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count * 4))) }
    }
  }

  /// Appends `floats` as little-endian float32.
  mutating func writeFloats(_ floats: [Float]) {
    floats.withUnsafeBytes { bytes in _ = writeBytes(bytes) }
  }
}
