import NIOCore
import NIOPosix
import Wire

#if canImport(Glibc)
  import Glibc
#endif

/// Keeps a link to the frontend: dials, and whenever the link ends or there is none, dials again. A worker that nobody wants for
/// long ends the process: on a host that was cut off it would stay when its experiment is over.
struct Dialler: Sendable {
  static let retryInterval: TimeAmount = .milliseconds(100)
  private static let connectTimeout: TimeAmount = .seconds(2)

  var frontend: HostPort
  var hello: WorkerMessage.Hello
  var jobs: JobMailbox
  private let patience: TimeAmount
  private let delay: LinkDelay
  private let journal = LinkJournal()
  private let presence = FrontendPresence()

  /// - Parameter patience: how long the worker dials without a frontend that welcomes it.
  init(
    frontend: HostPort, hello: WorkerMessage.Hello, jobs: JobMailbox, patience: TimeAmount,
    delay: LinkDelay = LinkDelay()
  ) {
    self.frontend = frontend
    self.hello = hello
    self.jobs = jobs
    self.patience = patience
    self.delay = delay
  }

  /// Dials from `loop`, for as long as it runs.
  func dial(on loop: any EventLoop) {
    connect(on: loop).flatMap { $0.closeFuture }.whenComplete { result in
      if case .failure(let error) = result {
        journal.note("frontend at \(frontend) cannot be reached: \(Dialler.reason(error))")
      }
      guard presence.absence < patience else {
        Log.line("no frontend at \(frontend) for \(patience.nanoseconds / 1_000_000_000) s; giving up")
        _exit(69)
      }
      loop.scheduleTask(in: Dialler.retryInterval) { dial(on: loop) }
    }
  }

  /// The system's words for the last address tried; NIO's description names every layer above it.
  private static func reason(_ error: any Error) -> String {
    let cause = (error as? NIOConnectionError)?.connectionErrors.last?.error ?? error
    return (cause as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(cause)"
  }

  private func connect(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
    ClientBootstrap(group: loop)
      .connectTimeout(Dialler.connectTimeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { [hello, jobs, delay, journal, presence] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            MessageToByteHandler(FrameEncoder()),
            ByteToMessageHandler(FrameDecoder()),
            LinkHandler(hello: hello, jobs: jobs, delay: delay, journal: journal, presence: presence))
        }
      }
      .connect(host: frontend.host, port: frontend.port)
  }
}
