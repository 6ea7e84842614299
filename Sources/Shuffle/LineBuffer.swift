import NIOCore
import Wire

/// Lines out of bytes as they come.
struct LineBuffer {
  private var buffer = ByteBuffer()

  /// - Returns: false if there is a line that is longer than any may be.
  mutating func append(_ bytes: inout ByteBuffer) -> Bool {
    buffer.writeBuffer(&bytes)
    let view = buffer.readableBytesView
    return view.count <= Shuffles.maximumLineBytes
      || view.prefix(Shuffles.maximumLineBytes).contains(UInt8(ascii: "\n"))
  }

  /// The next whole line, without its end.
  mutating func next() -> String? {
    guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
      let line = buffer.readString(length: end - buffer.readerIndex)
    else { return nil }
    buffer.moveReaderIndex(forwardBy: 1)
    return line
  }

  /// What follows the lines that were taken; nil if nothing does.
  mutating func rest() -> ByteBuffer? {
    buffer.readSlice(length: buffer.readableBytes).flatMap { $0.readableBytes > 0 ? $0 : nil }
  }
}
