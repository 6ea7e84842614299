import CloudUtil
import Control
import Foundation
import Synchronization

/// The runner's end of the control channel: announcements come as a stream, orders go out at once.
///
/// hiredis blocks, so each direction has a connection and a thread of its own; nothing waits on Swift's cooperative pool.
final class ControlDesk: Sendable {
  private let host: String
  private let port: Int
  private let password: String
  private let run: String
  private let isClosed = Mutex(false)

  init(host: String, port: Int, password: String, run: String) {
    self.host = host
    self.port = port
    self.password = password
    self.run = run
  }

  /// How long an order is tried while Redis does not answer.
  private static let patience: Duration = .seconds(10)

  /// What is heard of the run.
  enum News: Sendable {
    case announced(Announcement)
    /// Redis does not answer, or does again.
    case redis(isAway: Bool)
    /// Nothing more can be heard, for this reason; the last news.
    case deaf(String)
  }

  /// For how long Redis may be silent before it counts as gone.
  private static let silence: Duration = .seconds(1)

  /// The announcements of the run, until the desk is closed. None is lost while Redis stalls.
  func news() -> AsyncStream<News> {
    AsyncStream { continuation in
      let thread = Thread { [self] in
        defer { continuation.finish() }
        let channel = connect()
        var isAway = false
        while !isClosed.withLock({ $0 }) {
          do {
            let next = try channel.persistently(for: Self.silence) {
              try channel.nextAnnouncement(timeout: .seconds(1))
            }
            if isAway { continuation.yield(.redis(isAway: false)) }
            isAway = false
            if let next { continuation.yield(.announced(next)) }
          } catch let failure as ControlChannel.Failure where failure.isLost {
            if !isAway { continuation.yield(.redis(isAway: true)) }
            isAway = true
          } catch {
            continuation.yield(.deaf("what components say cannot be heard: \(error)"))
            return
          }
        }
      }
      thread.name = "announcements"
      thread.start()
    }
  }

  func send(_ commands: [TrialDirector.Command]) async throws {
    guard !commands.isEmpty else { return }
    try await onThread { [self] in
      let channel = connect()
      for command in commands {
        try channel.persistently(for: ControlDesk.patience) { try channel.order(command.order, to: command.to) }
      }
    }
  }

  /// Keeps the status of the detached run in Redis, beside the channel, until the desk is closed: looks once a second whether it
  /// is another. Nobody waits for it, and a Redis that is away misses it.
  /// - Parameter status: as it is now; nil: not known.
  func keepStatus(_ status: @escaping @Sendable () -> String?) {
    let thread = Thread { [self] in
      let channel = connect()
      var kept: String?
      while !isClosed.withLock({ $0 }) {
        if let now = status(), now != kept, (try? channel.setStatus(now)) != nil { kept = now }
        Thread.sleep(forTimeInterval: 1)
      }
    }
    thread.name = "status"
    thread.start()
  }

  /// Where the frontend listens; nil until it does.
  func frontendAddress() async throws -> FrontendAddress? {
    try await onThread { [self] in try connect().frontendAddress() }
  }

  func close() { isClosed.withLock { $0 = true } }

  /// Whether Redis answers now.
  func answers() async -> Bool {
    (try? await onThread { [self] in try connect().ping() }) != nil
  }

  private func connect() -> ControlChannel {
    ControlChannel(laterTo: host, port: port, password: password, run: run)
  }
}
