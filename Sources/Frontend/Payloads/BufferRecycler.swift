import NIOCore

/// Buffers that are used again: an image's floats take 600 KB, and fresh memory of that size costs more than filling it.
struct BufferRecycler {
  private var free: [ByteBuffer] = []
  /// Buffers kept at most.
  private let limit = 64

  /// A buffer to fill; what is in it has no meaning.
  mutating func take() -> ByteBuffer { free.popLast() ?? ByteBuffer() }

  mutating func give(_ buffer: consuming ByteBuffer) {
    if free.count < limit, buffer.capacity > 0 { free.append(buffer) }
  }
}
