import NIOCore
import Wire

/// The connection that orders come by. With it the process ends.
final class OrderHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let mover: Mover
  private var lines = LineBuffer()

  init(mover: Mover) { self.mover = mover }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    guard lines.append(&bytes) else { Ending.now("an order without an end") }
    while let line = lines.next() {
      switch ShuffleOrder(line) {
      case .stop: Ending.now("it is told to")
      case .move(let id, let host, let port, let bytes):
        let channel = context.channel
        mover.move(bytes, to: host, port: port, on: context.eventLoop).whenComplete { result in
          let reply =
            switch result {
            case .success: ShuffleReply.moved(id: id)
            case .failure(let error): ShuffleReply.failed(id: id, reason: "\(error)")
            }
          channel.writeAndFlush(ByteBuffer(string: reply.text + "\n"), promise: nil)
        }
      case nil: Ending.now("an order that it does not know: \(line)")
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) { Ending.now("who gave the orders has gone") }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { Ending.now("orders were lost: \(error)") }
}
