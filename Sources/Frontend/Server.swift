import Control
import NIOCore
import NIOHTTP1
import NIOPosix
import Serving
import Wire

#if canImport(Glibc)
  import Glibc
#endif

/// A frontend that runs: one event loop with the policy and all its sockets.
struct Server: Sendable {
  /// A port that cannot be had, or an address that is not this machine's.
  struct CannotListen: Error, CustomStringConvertible {
    var description: String
  }

  /// Where it listens.
  let address: FrontendAddress
  private let group: MultiThreadedEventLoopGroup
  private let serving: NIOLoopBound<ServingLoop>
  private let listeners: [any Channel]
  private let decoders: MultiThreadedEventLoopGroup?

  /// Threads that decode images, where queries are coded and so must be decoded here.
  private static let decoderCount = 2

  /// Listens and serves.
  /// - Parameter announcer: tells the runner of workers that join and are lost; must not block.
  /// - Throws: `CannotListen`.
  static func start(
    _ settings: Settings, announcer: @escaping @Sendable (Announcement) -> Void = { _ in }
  ) throws -> Server {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let decodes = settings.policy.mode == .coded && settings.input == .images
    let decoders = decodes ? MultiThreadedEventLoopGroup(numberOfThreads: decoderCount) : nil
    let lanes = try decoders.map { try ImageDecoding.Lane.all(of: $0) }
    let serving = try loop.submit {
      let serving = ServingLoop(
        settings, eventLoop: loop, images: lanes.map { ImageDecoding($0) }, announcer: announcer)
      serving.links.watch(on: loop)
      return NIOLoopBound(serving, eventLoop: loop)
    }.wait()
    do {
      let http = try listen(group, settings.host, settings.httpPort) { channel in
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandler(QueryHandler(serving: serving.value))
      }
      let links = try listen(group, settings.host, settings.linkPort) { channel in
        try channel.pipeline.syncOperations.addHandler(WorkerLink(links: serving.value.links))
      }
      let address = FrontendAddress(
        host: settings.host, httpPort: http.localAddress?.port ?? 0, linkPort: links.localAddress?.port ?? 0)
      return Server(address: address, group: group, serving: serving, listeners: [http, links], decoders: decoders)
    } catch {
      try? decoders?.syncShutdownGracefully()
      try? group.syncShutdownGracefully()
      throw error
    }
  }

  /// Carries out an order of the runner.
  func take(_ order: Order) {
    group.next().execute { [serving] in serving.value.take(order) }
  }

  /// Writes the records, if they are wanted and not written yet.
  func writeRecords() throws {
    try group.next().submit { [serving] in try serving.value.writeRecords() }.wait()
  }

  /// Stops listening, closes every connection and ends the threads. Not to be called on the event loop.
  func stop() throws {
    try group.next().submit { [serving] in serving.value.links.stop() }.wait()
    for listener in listeners { try? listener.close().wait() }
    try decoders?.syncShutdownGracefully()
    try group.syncShutdownGracefully()
  }

  private static func listen(
    _ group: MultiThreadedEventLoopGroup, _ host: String, _ port: Int,
    initialize: @escaping @Sendable (any Channel) throws -> Void
  ) throws -> any Channel {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try initialize(channel) }
      }
    do {
      return try bootstrap.bind(host: host, port: port).wait()
    } catch {
      let why = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
      throw CannotListen(description: "cannot listen on \(host):\(port): \(why)")
    }
  }
}
