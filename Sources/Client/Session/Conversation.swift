import Control
import NIOCore
import NIOPosix
import Serving

#if canImport(Glibc)
  import Glibc
#endif

/// What client and runner say to each other through Redis: ready, go, sent, done. On a thread of its own, for the channel
/// blocks, and so that a Redis that hangs or dies never holds up a send.
struct Conversation: Sendable {
  struct Settings: Sendable {
    var host: String
    var port: Int
    var password: String?
    var run: String
    var component: Component
  }

  /// How long the frontend may take to say where it listens.
  static let frontendPatience: Duration = .seconds(60)
  /// How long what has to be said is tried while Redis does not answer.
  private static let patience: Duration = .seconds(20)

  /// Where the frontend listens.
  let frontend: EventLoopFuture<FrontendAddress>
  /// When the schedule starts.
  let go: EventLoopFuture<Instant>
  /// Fails with a `ClientError` if Redis was lost on the way; the run need not care until it is over.
  let over: EventLoopFuture<Void>

  /// To be kept by the client: the first connections are open; the records are in place.
  let opened: EventLoopPromise<Void>
  let written: EventLoopPromise<Void>
  private let sent: EventLoopPromise<Int>

  /// Connects and asks for the frontend.
  init(_ settings: Settings, eventLoop: any EventLoop, threads: NIOThreadPool) {
    let frontend = eventLoop.makePromise(of: FrontendAddress.self)
    let go = eventLoop.makePromise(of: Instant.self)
    opened = eventLoop.makePromise()
    sent = eventLoop.makePromise()
    written = eventLoop.makePromise()
    self.frontend = frontend.futureResult
    self.go = go.futureResult
    let kept = (opened: opened.futureResult, sent: sent.futureResult, written: written.futureResult)
    over = threads.runIfActive(eventLoop: eventLoop) {
      var isDriving = false
      do {
        let channel = try ControlChannel(
          host: settings.host, port: settings.port, password: settings.password, run: settings.run)
        do {
          frontend.succeed(try Conversation.findFrontend(channel))
          try kept.opened.wait()
          try channel.announce(Announcement(settings.component, .ready))
          go.succeed(try Conversation.waitForGo(channel, settings.component))
          isDriving = true
          let sent = try kept.sent.wait()
          try channel.persistently(for: Conversation.patience) {
            try channel.announce(Announcement(settings.component, .sent, detail: String(sent)))
          }
          try kept.written.wait()
          try channel.persistently(for: Conversation.patience) {
            try channel.announce(Announcement(settings.component, .done))
          }
        } catch let error as ClientError {
          try channel.announce(Announcement(settings.component, .failed, detail: error.description))
          throw error
        }
      } catch {
        let error = error as? ClientError ?? ClientError(.infrastructure, "\(error)")
        frontend.fail(error)
        go.fail(error)
        if isDriving, error.kind == .infrastructure { Log.line("the run goes on without its runner: \(error)") }
        throw error
      }
    }
  }

  /// Announces `sent` when the future succeeds.
  func announceSent(_ count: EventLoopFuture<Int>) { count.cascade(to: sent) }

  /// Lets go of whatever was not kept, so that the thread ends.
  func end(_ error: any Error) {
    opened.fail(error)
    sent.fail(error)
    written.fail(error)
  }

  private static func findFrontend(_ channel: ControlChannel) throws -> FrontendAddress {
    let deadline = ContinuousClock.now + frontendPatience
    while ContinuousClock.now < deadline {
      if let address = try channel.frontendAddress() { return address }
      pause(.milliseconds(20))
    }
    throw ClientError(.infrastructure, "no frontend has said in Redis where it listens within \(frontendPatience)")
  }

  private static func waitForGo(_ channel: ControlChannel, _ component: Component) throws -> Instant {
    while true {
      let order = try channel.persistently(for: Conversation.patience) {
        try channel.nextOrder(to: component, timeout: .seconds(1))
      }
      if case .go(let start_ns) = order { return Instant(nanoseconds: start_ns) }
    }
  }

  private static func pause(_ duration: Duration) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(duration.nanoseconds))
    nanosleep(&time, nil)
  }
}
