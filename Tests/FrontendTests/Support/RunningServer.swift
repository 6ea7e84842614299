import Control
import NIOConcurrencyHelpers
import Serving
import Wire

@testable import Frontend

/// A frontend within the test process, on free loopback ports.
struct RunningServer {
  static let secret = "a secret of tests"

  let server: Server
  private let announced: NIOLockedValueBox<[Announcement]>

  init(
    mode: RedundancyMode = .none, queueMode: QueueMode = .singleQueue, k: Int = 2, parities: Int = 1,
    batchSize: Int = 1,
    deadline: Duration? = .seconds(100), batchTimeout: Duration? = nil, input: InputForm = .floats([4]),
    maxInFlight: Int = 10_000,
    recordsFolder: String? = nil
  ) throws {
    let announced = NIOLockedValueBox<[Announcement]>([])
    self.announced = announced
    server = try Server.start(
      Settings(
        policy: CodedPolicy.Settings(
          mode: mode, queueMode: queueMode, k: k, parities: parities, batchSize: batchSize, deadline: deadline,
          batchTimeout: batchTimeout),
        input: input, linkSecret: RunningServer.secret, maxInFlight: maxInFlight, recordsFolder: recordsFolder),
      announcer: { announcement in announced.withLockedValue { $0.append(announcement) } })
  }

  func connect() throws -> HTTPConnection { try HTTPConnection(port: server.address.httpPort) }

  @discardableResult
  func worker(
    _ number: UInt32, pool: Pool = .base, hasHeartbeat: Bool = true, _ model: @escaping FakeWorker.Model
  ) throws -> FakeWorker {
    try FakeWorker(
      port: server.address.linkPort, worker: number, pool: pool, hasHeartbeat: hasHeartbeat, model: model)
  }

  /// What the runner was told so far.
  var announcements: [Announcement] { announced.withLockedValue { $0 } }

  /// Asks again and again, for ten seconds at most.
  func eventually(_ condition: () throws -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
      if try condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  func stop() throws { try server.stop() }
}
