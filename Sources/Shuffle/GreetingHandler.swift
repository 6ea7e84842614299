import NIOCore
import Wire

/// Reads the first line of a connection and gives way to the handler of what it is for. One without the secret is closed.
final class GreetingHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let mover: Mover
  private let hasOrderer: NIOLoopBoundBox<Bool>
  private var lines = LineBuffer()
  private var isGreeted = false

  /// - Parameter hasOrderer: whether somebody gives orders.
  init(mover: Mover, hasOrderer: NIOLoopBoundBox<Bool>) {
    self.mover = mover
    self.hasOrderer = hasOrderer
  }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    let greeted = NIOLoopBound(self, eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: Mover.patience) {
      if !greeted.value.isGreeted { channel.close(promise: nil) }
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    guard !isGreeted else { return context.fireChannelRead(data) }
    guard lines.append(&bytes) else { return context.close(promise: nil) }
    guard let line = lines.next() else { return }
    guard let greeting = ShuffleGreeting(line), greeting.secret == mover.secret else {
      return context.close(promise: nil)
    }
    isGreeted = true
    let pipeline = context.pipeline.syncOperations
    do {
      switch greeting {
      case .orders:
        hasOrderer.value = true
        try pipeline.addHandler(OrderHandler(mover: mover))
        context.writeAndFlush(NIOAny(ByteBuffer(string: ShuffleReply.ready.text + "\n")), promise: nil)
      case .data(_, let bytes): try pipeline.addHandler(ReturnHandler(bytes: bytes))
      }
    } catch {
      return context.close(promise: nil)
    }
    if let rest = lines.rest() { context.fireChannelRead(wrapInboundOut(rest)) }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
