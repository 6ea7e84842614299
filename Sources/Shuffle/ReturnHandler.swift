import NIOCore

/// The other side of a shuffle: when all bytes are there, as many go back. The sender closes.
final class ReturnHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var missing: Int
  private let outgoing: Outgoing

  init(bytes: Int) {
    missing = bytes
    outgoing = Outgoing(bytes: bytes)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    missing -= unwrapInboundIn(data).readableBytes
    if missing <= 0 { outgoing.pump(context) }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if missing <= 0 { outgoing.pump(context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
