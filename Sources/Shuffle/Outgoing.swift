import NIOCore

/// Bytes that are still to be sent, of no content. A class, since a connection that takes no more says so while it is
/// written to.
final class Outgoing {
  private var left: Int

  init(bytes: Int) { left = bytes }

  /// What is written at a time: one for all connections.
  private static let piece = ByteBuffer(repeating: 0, count: 128 << 10)

  /// Writes as long as the connection takes it; to be called again when it does.
  func pump(_ context: ChannelHandlerContext) {
    var hasWritten = false
    while left > 0, context.channel.isWritable {
      let count = min(left, Outgoing.piece.readableBytes)
      guard let bytes = Outgoing.piece.getSlice(at: Outgoing.piece.readerIndex, length: count) else { return }
      left -= count
      hasWritten = true
      context.write(NIOAny(bytes), promise: nil)
    }
    if hasWritten { context.flush() }
  }
}
