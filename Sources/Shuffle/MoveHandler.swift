import NIOCore

/// The sending side of a shuffle: all bytes there, then all back.
final class MoveHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let greeting: String
  private let outgoing: Outgoing
  private var missing: Int
  private let done: EventLoopPromise<Void>

  struct Broken: Error, CustomStringConvertible {
    var missing: Int
    var description: String { "the connection closed \(missing) bytes before its end" }
  }

  init(greeting: String, bytes: Int, done: EventLoopPromise<Void>) {
    self.greeting = greeting
    outgoing = Outgoing(bytes: bytes)
    missing = bytes
    self.done = done
  }

  func channelActive(context: ChannelHandlerContext) {
    context.write(NIOAny(ByteBuffer(string: greeting)), promise: nil)
    outgoing.pump(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { outgoing.pump(context) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    missing -= unwrapInboundIn(data).readableBytes
    guard missing <= 0 else { return }
    done.succeed()
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { done.fail(Broken(missing: missing)) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    done.fail(error)
    context.close(promise: nil)
  }
}
