import CloudUtil
import Control
import Foundation
import Serving
import Synchronization

/// The second tenant: a frontend, workers and a client of its own, whose load runs as long as the trial's.
final class SecondTenant: BackgroundLoad {
  private let deployment: Deployment
  private let engine: any ContainerEngine
  private let desk: ControlDesk
  /// How long client and frontend may take to write their records.
  private let grace: Duration
  private let state = Mutex(State())

  private struct State {
    var isOver = false
    /// Those that are not ready yet.
    var waiting: Set<Component> = []
    /// How far the clock of the client's host is ahead.
    var offset: Duration = .zero
    var problems: [String] = []
  }

  /// Models are loaded and optimised in this time.
  private static let patience: Duration = .seconds(120)

  /// - Parameter deployment: of the tenant (`Deployment.secondTenant`).
  init(_ deployment: Deployment, engine: any ContainerEngine, grace: Duration = .seconds(15)) {
    self.deployment = deployment
    self.grace = grace
    self.engine = engine
    desk = ControlDesk(
      host: deployment.redis.address, port: deployment.redis.port, password: deployment.redis.password.value,
      run: deployment.channel)
  }

  var services: [ServiceSpec] { deployment.specs }
  var hosts: [CloudUtil.Host] { deployment.hosts }
  var records: [Deployment.RecordFile] { deployment.records }
  var problems: [String] { state.withLock { $0.problems } }

  func prepare(offsets: [String: ClockOffset]) async throws {
    let client = deployment.placement.client(0).name
    state.withLock { $0.offset = offsets[client].map { .nanoseconds($0.offset_ns) } ?? .zero }
    try FileManager.default.createDirectory(at: deployment.folder, withIntermediateDirectories: true)
    try await engine.deploy(services)
    // Whichever comes first.
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { [self] in try await hearReady() }
      group.addTask { [self] in try await failAtExit() }
      group.addTask { [self] in
        try await Task.sleep(for: Self.patience)
        throw notReady(
          "waiting for " + state.withLock { $0.waiting }.map(\.name).sorted(by: naturalOrder).joined(separator: ", "))
      }
      try await group.next()
    }
  }

  func start(at zero: Instant) async throws {
    let start = zero + state.withLock { $0.offset }
    try await desk.send([.init(order: .go(start_ns: start.nanoseconds), to: Component(role: "client", 0))])
  }

  /// The client first, so that the frontend knows of every query when it writes its records.
  func stop() async throws {
    guard
      state.withLock({ state in
        defer { state.isOver = true }
        return !state.isOver
      })
    else { return }
    desk.close()
    for spec in [deployment.specs.last, deployment.specs.first].compactMap({ $0 }) {
      do {
        try await engine.signal(spec.name, SIGTERM)
        if await hasEnded(spec.name) { continue }
        state.withLock { $0.problems.append("\(spec.component) did not end within \(grace.components.seconds) s") }
        try await engine.signal(spec.name, SIGKILL)
      } catch ContainerError.notRunning, ContainerError.unknown {
        // It has ended meanwhile.
      }
    }
  }

  func hear(of exit: ServiceExit, _ how: String) {
    guard owns(exit.name) else { return }
    state.withLock { state in
      guard !state.isOver else { return }
      state.problems.append("\(exit.component) of the second tenant \(how)")
    }
  }

  func collect() throws {
    try Analysis.collect(trial: deployment.trial, folder: deployment.folder)
    try ResultFolder.dropRawRecords(in: deployment.folder)
    let answered = try QueryRecord.read(deployment.folder.appending(path: "records.csv")).count { $0.isAnswered }
    if answered == 0 { state.withLock { $0.problems.append("no query of the second tenant was answered") } }
  }

  // MARK: -

  /// Returns when all are ready.
  private func hearReady() async throws {
    state.withLock { $0.waiting = Set(deployment.baseWorkers + deployment.clientComponents + [.frontend]) }
    for await news in desk.news() {
      guard case .announced(let announcement) = news else { continue }
      let isReady = state.withLock { state in
        switch announcement.state {
        case .ready: state.waiting.remove(announcement.component)
        case .lost: state.waiting.insert(announcement.component)
        case .sent, .done, .failed: break
        }
        return state.waiting.isEmpty
      }
      if announcement.state == .failed { throw notReady("\(announcement.component): \(announcement.detail)") }
      if isReady { return }
    }
    throw CancellationError()
  }

  private func failAtExit() async throws {
    for await exit in engine.exits() where owns(exit.name) {
      let lastWords = (try? await engine.logs(exit.name, lines: 1)) ?? ""
      throw notReady("\(exit)" + (lastWords.isEmpty ? "" : ": \(lastWords)"))
    }
    throw CancellationError()
  }

  private func notReady(_ why: String) -> Failure {
    Failure(
      exitCode: .experiment,
      "the second tenant is not ready: \(why)\nLogs: \(deployment.folder.path)/logs")
  }

  private func hasEnded(_ service: String) async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      defer { group.cancelAll() }
      group.addTask { [engine] in
        for await exit in engine.exits() where exit.name == service { return true }
        return false
      }
      group.addTask { [grace] in
        try? await Task.sleep(for: grace)
        return false
      }
      return await group.next() ?? false
    }
  }
}
