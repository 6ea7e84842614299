import CloudUtil
import Foundation
import Serving
import Synchronization
import Wire

/// Network shuffles between worker hosts, ordered from here: one connection a host, on which its program hears what to move
/// and says what it moved. Programs end with their connection, and with them all that is on its way.
final class NetworkShuffle: BackgroundLoad {
  private let stations: [ShuffleStation]
  private let engine: any ContainerEngine
  private let secret: Secret
  /// Of the trial.
  private let folder: URL
  private let tell: @Sendable (String) -> Void
  private let clock = Clock()
  private let state: Mutex<State>

  private struct State {
    var traffic: ShuffleTraffic
    /// Where each station is reached; empty until it is ready.
    var addresses: [String] = []
    var connections: [LineConnection] = []
    var ready = 0
    var gone: Set<Int> = []
  }

  /// How long a program may take to listen and to take orders.
  private static let patience: Duration = .seconds(15)
  /// How long it may take to end; then it is killed.
  private static let grace: Duration = .seconds(2)

  /// - Parameters:
  ///   - stations: at least two.
  ///   - tell: what somebody should know while the trial runs.
  init(
    streams: Int, seed: UInt64, stations: [ShuffleStation], engine: any ContainerEngine, secret: Secret, folder: URL,
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.stations = stations
    self.engine = engine
    self.secret = secret
    self.folder = folder
    self.tell = tell
    let plan = ShufflePlan(seed: seed, hosts: stations.count)
    state = Mutex(State(traffic: ShuffleTraffic(plan: plan, streams: streams)))
  }

  var services: [ServiceSpec] { stations.map(\.service) }

  var hosts: [CloudUtil.Host] {
    Dictionary(stations.map { ($0.host.name, $0.host) }) { first, _ in first }.sorted { $0.key < $1.key }.map(\.value)
  }

  var problems: [String] { state.withLock { $0.traffic.problems } }

  func prepare(offsets: [String: ClockOffset]) async throws {
    try await engine.deploy(services)
    let deadline = ContinuousClock.now + Self.patience
    let reached = try await withThrowingTaskGroup(of: (Int, String, LineConnection).self) { group in
      for (index, station) in stations.enumerated() {
        group.addTask { [self] in
          let address = try await address(of: station)
          return (index, address, try await connect(station, address, by: deadline))
        }
      }
      return try await group.reduce(into: [(Int, String, LineConnection)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }
    }
    state.withLock {
      $0.addresses = reached.map { $0.1 }
      $0.connections = reached.map { $0.2 }
    }
    for (index, _, connection) in reached {
      connection.listen { [weak self] in self?.hear($0, from: index) }
      connection.send(ShuffleGreeting.orders(secret: secret.value).text)
    }
    while state.withLock({ $0.ready < stations.count }) {
      if let gone = state.withLock({ $0.gone.first }) { throw await notReady(stations[gone], "it has closed") }
      guard ContinuousClock.now < deadline else { throw await notReady(stations[0], "it takes no orders") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  func start(at zero: Instant) async throws {
    state.withLock { state in
      let orders = state.traffic.begin(at: clock.now())
      send(orders, state)
    }
  }

  func stop() async throws {
    let connections = state.withLock { state in
      state.traffic.end()
      return state.connections
    }
    for connection in connections { connection.send(ShuffleOrder.stop.text) }
    try ShuffleRecords.write(state.withLock { $0.traffic.rows }, hosts: stations.map(\.name), to: folder)
    await awaitEnds()
    if !staying().isEmpty {
      for station in staying() { try? await engine.signal(station.service.name, SIGKILL) }
      await awaitEnds { await self.noteEnded() }
    }
    let staying = staying()
    for connection in connections { connection.end() }
    guard staying.isEmpty else {
      let names = staying.map { "\($0.service.name) on \($0.host.name)" }.joined(separator: ", ")
      throw Failure(exitCode: .infrastructure, "shuffles may go on: \(names) cannot be ended")
    }
  }

  /// A worker takes its link with it, on which nobody says anything any more.
  func hear(of exit: ServiceExit, _ how: String) {
    guard let station = stations.firstIndex(where: { $0.service.name == exit.name || $0.link == exit.name }) else {
      return
    }
    state.withLock { state in
      guard state.traffic.uses(station) else { return }
      if stations[station].service.name == exit.name {
        tell("\(exit.component) \(how); shuffles go on between the other hosts")
      }
      let orders = state.traffic.lose(station, at: clock.now())
      send(orders, state)
    }
  }

  // MARK: -

  private func awaitEnds(_ look: () async -> Void = {}) async {
    let deadline = ContinuousClock.now + Self.grace
    while !staying().isEmpty, ContinuousClock.now < deadline {
      await look()
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Finds those that have ended without a word, since their network had.
  private func noteEnded() async {
    for (index, station) in stations.enumerated() {
      do {
        _ = try await engine.stats(station.service.name)
      } catch ContainerError.notRunning, ContainerError.unknown {
        state.withLock { _ = $0.gone.insert(index) }
      } catch {}
    }
  }

  /// Stations whose programs may still run.
  private func staying() -> [ShuffleStation] {
    state.withLock { state in
      state.connections.indices.filter { !state.gone.contains($0) }.map { stations[$0] }
    }
  }

  /// What a program says; nil: it has ended or cannot be reached.
  private func hear(_ line: String?, from station: Int) {
    state.withLock { state in
      let now = clock.now()
      switch line.map({ ShuffleReply($0) }) {
      case .ready??: state.ready += 1
      case .moved(let id)??:
        let orders = state.traffic.finish(id, at: now)
        send(orders, state)
      case .failed(let id, let reason)??:
        guard state.traffic.isUnderWay(id) else { return }
        tell("a shuffle from \(stations[station].name) broke: \(reason)")
        let orders = state.traffic.fail(id, at: now)
        send(orders, state)
      case .some(nil), nil:
        state.gone.insert(station)
        let orders = state.traffic.lose(station, at: now)
        send(orders, state)
      }
    }
  }

  private func send(_ orders: [ShuffleTraffic.Order], _ state: borrowing State) {
    for order in orders {
      let shuffle = order.shuffle
      state.connections[shuffle.source].send(
        ShuffleOrder.move(
          id: order.id, host: state.addresses[shuffle.destination], port: Shuffles.port, bytes: shuffle.bytes
        ).text)
    }
  }

  /// Where the others reach it.
  private func address(of station: ShuffleStation) async throws -> String {
    guard let link = station.link else { return station.host.address }
    let output = try await engine.exec(Command("hostname", ["-i"]), in: link, deadline: .now + Self.patience)
    guard let address = output.stdout.split(whereSeparator: \.isWhitespace).first else {
      throw Failure(exitCode: .infrastructure, "\(link): its address is not known: \(output.stderr)")
    }
    return String(address)
  }

  /// Tries until the program listens.
  private func connect(
    _ station: ShuffleStation, _ address: String, by deadline: ContinuousClock.Instant
  ) async throws -> LineConnection {
    while true {
      do {
        return try await onThread {
          try LineConnection(to: address, port: Shuffles.port, name: station.name, by: deadline)
        }
      } catch let error as ConnectError {
        guard ContinuousClock.now < deadline else { throw await notReady(station, "\(error)") }
        // Whoever has ended will not listen any more.
        do {
          _ = try await engine.stats(station.service.name)
        } catch ContainerError.notRunning {
          throw await notReady(station, "it has ended")
        }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  private func notReady(_ station: ShuffleStation, _ why: String) async -> Failure {
    let lastWords = (try? await engine.logs(station.service.name, lines: 1)) ?? ""
    return Failure(
      exitCode: .infrastructure,
      "\(station.service.name) on \(station.host.name) is not ready to shuffle: \(why)"
        + (lastWords.isEmpty ? "" : "\n\(lastWords)")
        + "\nWorker hosts must reach each other, and the frontend's host them, on TCP port \(Shuffles.port).")
  }
}
