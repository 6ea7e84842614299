import NIOCore
import NIOHTTP1
import NIOPosix

/// Opens connections to one address, on one event loop.
struct Dialler {
  let eventLoop: any EventLoop
  let address: SocketAddress

  /// Connects; succeeds when the connection can be used.
  func dial(_ connection: Connection) -> EventLoopFuture<Void> {
    let bound = NIOLoopBound(connection, eventLoop: eventLoop)
    return ClientBootstrap(group: eventLoop)
      .connectTimeout(.seconds(3))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers([
            HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder()), bound.value,
          ])
        }
      }
      .connect(to: address)
      .map { _ in }
  }

  /// Looks up the address once, for a look-up takes a thread and milliseconds.
  /// - Throws: `ClientError` of kind infrastructure.
  static func resolve(_ target: Target) throws -> SocketAddress {
    do {
      return try SocketAddress.makeAddressResolvingHost(target.host, port: target.port)
    } catch {
      throw ClientError(.infrastructure, "no address is known for \(target.host)")
    }
  }
}
