import Control
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// The frontend's end of the control channel. Redis blocks, so it has two threads of its own: the event loop that serves
/// never waits for it, and a Redis that vanishes stops no query.
struct RunControl: Sendable {
  /// How to reach a run's Redis.
  struct Address: Sendable {
    var host: String
    var port: Int
    var password: String?
    var run: String

    func connect() throws -> ControlChannel {
      try ControlChannel(host: host, port: port, password: password, run: run)
    }
  }

  private let announcer: any EventLoop
  private let listener: any EventLoop
  private let address: Address
  /// The announcer's channel.
  private let channel: NIOLoopBoundBox<ControlChannel>
  /// How long an announcement is tried while Redis is away.
  private static let patience: Duration = .seconds(20)

  /// Connects.
  /// - Throws: `ControlChannel.Failure` if Redis cannot be reached.
  init(_ address: Address) throws {
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let announcer = threads.next()
    self.announcer = announcer
    listener = threads.next()
    self.address = address
    channel = try announcer.submit { NIOLoopBoundBox(try address.connect(), eventLoop: announcer) }.wait()
  }

  /// Tells where the frontend listens, and that it is ready.
  func publish(_ frontend: FrontendAddress) throws {
    try announcer.submit { [channel] in
      try channel.value.setFrontendAddress(frontend)
      try channel.value.announce(Announcement(.frontend, .ready))
    }.wait()
  }

  /// Tells the runner, in the order of the calls; returns at once.
  func announce(_ announcement: Announcement) {
    announcer.execute { [channel] in
      do {
        try channel.value.persistently(for: RunControl.patience) { try channel.value.announce(announcement) }
      } catch {
        Log.event("not announced: \(announcement.component) \(announcement.state.rawValue): \(error)")
      }
    }
  }

  /// Gives each order to `take`, on a thread of its own, for as long as the process lives. A Redis that comes back may have
  /// forgotten everything, so it is told again where the frontend listens.
  func listen(at frontend: FrontendAddress, _ take: @escaping @Sendable (Order) -> Void) {
    listener.execute { [address] in
      let channel = ControlChannel(
        laterTo: address.host, port: address.port, password: address.password, run: address.run)
      var isAway = false
      while true {
        do {
          if isAway {
            try channel.setFrontendAddress(frontend)
            Log.event("redis is back")
            isAway = false
          }
          if let order = try channel.nextOrder(to: .frontend, timeout: .seconds(1)) { take(order) }
        } catch let failure as ControlChannel.Failure where failure.isLost {
          if !isAway { Log.event("no orders until redis is back: \(failure)") }
          isAway = true
          pause(.milliseconds(50))
        } catch {
          return Log.event("no more orders are heard: \(error)")
        }
      }
    }
  }

  private func pause(_ duration: Duration) {
    var time = timespec(tv_sec: 0, tv_nsec: Int(duration / .nanoseconds(1)))
    nanosleep(&time, nil)
  }
}
