import Control
import NIOCore
import NIOPosix
import Serving
import Synchronization

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
  /// How long the start is waited for while Redis does not answer.
  private static let patience: Duration = .seconds(20)

  /// Where the frontend listens.
  let frontend: EventLoopFuture<FrontendAddress>
  /// When the schedule starts.
  let go: EventLoopFuture<Instant>
  /// Fails with a `ClientError` if Redis was lost before the start, or the client has failed. A Redis that is lost later
  /// fails nothing: the run goes on, and all that was to be said is in the records.
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
      do {
        let channel = try ControlChannel(
          host: settings.host, port: settings.port, password: settings.password, run: settings.run)
        do {
          frontend.succeed(try Conversation.findFrontend(channel))
          try kept.opened.wait()
          try channel.announce(Announcement(settings.component, .ready))
          go.succeed(try Conversation.waitForGo(channel, settings.component))
          try Conversation.tellEnd(to: channel, settings.component, kept.sent, kept.written)
        } catch let error as ClientError {
          try channel.announce(Announcement(settings.component, .failed, detail: error.description))
          throw error
        }
      } catch {
        let error = error as? ClientError ?? ClientError(.infrastructure, "\(error)")
        frontend.fail(error)
        go.fail(error)
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

  /// Whether the records are in place.
  private final class End: Sendable {
    let isThere = Atomic(false)
  }

  /// Tells `sent` and `done` when they are so, as far as Redis is there to be told.
  private static func tellEnd(
    to channel: ControlChannel, _ component: Component, _ sent: EventLoopFuture<Int>, _ written: EventLoopFuture<Void>
  ) throws {
    let count = try sent.wait()
    let end = End()
    written.whenComplete { _ in end.isThere.store(true, ordering: .relaxed) }
    var isAway = false
    // Once, and again as long as it is worthwhile.
    func tell(_ announcement: Announcement, while isWorthwhile: () -> Bool) throws {
      while true {
        do {
          return try channel.announce(announcement)
        } catch let failure as ControlChannel.Failure where failure.isLost {
          if !isAway { Log.line("redis is gone, the run goes on without it: \(failure)") }
          isAway = true
          guard isWorthwhile() else { return }
          pause(.milliseconds(50))
        }
      }
    }
    // Replies are on their way, so there is time.
    try tell(Announcement(component, .sent, detail: String(count))) { !end.isThere.load(ordering: .relaxed) }
    try written.wait()
    // Whoever runs the trial learns it from the end of the process as well, for which everything else waits.
    try tell(Announcement(component, .done)) { false }
  }

  private static func pause(_ duration: Duration) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(duration.nanoseconds))
    nanosleep(&time, nil)
  }
}
