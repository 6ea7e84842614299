import NIOCore

/// A buffer as float32 in this machine's byte order, which is little-endian like the wire's.
extension ByteBuffer {
  /// Whole float32 values that can be read.
  var floatCount: Int { readableBytes / MemoryLayout<Float>.size }

  /// Whether the readable bytes begin where a float32 may: those of a slice of a frame need not.
  var areFloatsAligned: Bool {
    withUnsafeReadableBytes { Int(bitPattern: $0.baseAddress) % MemoryLayout<Float>.alignment == 0 }
  }

  /// Whether no float is infinite or NaN: none has all bits of the exponent.
  var hasFiniteFloats: Bool {
    withUnsafeReadableBytes { bytes in
      let exponent: UInt32 = 0x7f80_0000
      return stride(from: 0, to: bytes.count - 3, by: 4).allSatisfy {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)) & exponent != exponent
      }
    }
  }

  /// The readable bytes as floats.
  /// - Precondition: `areFloatsAligned`.
  func withFloats<Value, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try withUnsafeReadableBytes { bytes throws(Failure) in
      try body(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: Float.self)[..<floatCount]))
    }
  }

  /// The readable bytes as floats that can be changed.
  /// - Precondition: `areFloatsAligned`.
  mutating func withMutableFloats(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    withUnsafeMutableReadableBytes { body($0.bindMemory(to: Float.self)) }
  }

  /// Empties the buffer and fills it with `count` zeros.
  mutating func resetToZeros(count: Int) {
    clear(minimumCapacity: count * MemoryLayout<Float>.size)
    writeRepeatingByte(0, count: count * MemoryLayout<Float>.size)
  }
}
