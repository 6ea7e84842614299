import NIOCore
import NIOPosix
import Wire

#if canImport(Glibc)
  import Glibc
#endif

/// Takes connections and opens those that orders ask for, all on one event loop.
struct Mover: Sendable {
  var secret: String
  var port: Int

  /// How long a connection may take to come about, and to say what it is for.
  static let patience = TimeAmount.seconds(5)
  /// Orders that have not come by then never will.
  private static let loneliness = TimeAmount.seconds(60)
  /// What may wait in a connection's buffer: enough that the socket never starves.
  private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 128 << 10, high: 512 << 10)

  /// Listens until the process ends.
  /// - Throws: if it cannot listen.
  func serve(host: String) throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let orderer = NIOLoopBoundBox.makeBoxSendingValue(false, as: Bool.self, eventLoop: loop)
    let listener = try ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.writeBufferWaterMark, value: Mover.waterMark)
      .childChannelInitializer { channel in
        Mover.prepare(channel).flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(GreetingHandler(mover: self, hasOrderer: orderer))
        }
      }
      .bind(host: host, port: port).wait()
    loop.scheduleTask(in: Mover.loneliness) {
      if !orderer.value { Ending.now("nobody has given orders") }
    }
    Log.line("shuffle: listening on \(host):\(port)")
    try listener.closeFuture.wait()
  }

  /// Moves `bytes` to the program at `host` and back.
  /// - Returns: fails if the connection does not come about or breaks.
  func move(_ bytes: Int, to host: String, port: Int, on loop: any EventLoop) -> EventLoopFuture<Void> {
    let done = loop.makePromise(of: Void.self)
    let greeting = ShuffleGreeting.data(secret: secret, bytes: bytes).text + "\n"
    ClientBootstrap(group: loop)
      .connectTimeout(Mover.patience)
      .channelOption(.writeBufferWaterMark, value: Mover.waterMark)
      .channelInitializer { channel in
        Mover.prepare(channel).flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(
            MoveHandler(greeting: greeting, bytes: bytes, done: done))
        }
      }
      .connect(host: host, port: port).whenFailure { done.fail($0) }
    return done.futureResult
  }

  /// Closing drops what is not sent yet, and a peer that has vanished is noticed within seconds.
  private static func prepare(_ channel: any Channel) -> EventLoopFuture<Void> {
    @Sendable func set(_ level: NIOBSDSocket.OptionLevel, _ name: NIOBSDSocket.Option, _ value: Int) -> EventLoopFuture<
      Void
    > {
      channel.setOption(ChannelOptions.Types.SocketOption(level: level, name: name), value: value)
    }
    let lingering = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    return (lingering ?? channel.eventLoop.makeSucceededVoidFuture())
      .flatMap { set(.socket, .so_keepalive, 1) }
      .flatMap { set(.tcp, .init(rawValue: TCP_KEEPIDLE), 2) }
      .flatMap { set(.tcp, .init(rawValue: TCP_KEEPINTVL), 1) }
      .flatMap { set(.tcp, .init(rawValue: TCP_KEEPCNT), 3) }
      .flatMap { set(.tcp, .init(rawValue: TCP_USER_TIMEOUT), 5000) }
  }
}
