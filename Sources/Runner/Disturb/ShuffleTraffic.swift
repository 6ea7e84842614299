import Serving

/// The course of a trial's shuffles, without I/O: what the hosts' programs say in, orders to them out, time passed in.
///
/// Each stream has one shuffle under way from `begin` to `end`. A host that is lost gets no more; the streams go on among
/// the others, as long as there are two.
struct ShuffleTraffic: Sendable {
  struct Order: Equatable, Sendable {
    /// Of the answer.
    var id: Int
    var stream: Int
    var shuffle: ShufflePlan.Shuffle
  }

  /// One shuffle, whole or cut off.
  struct Row: Equatable, Sendable {
    var stream: Int
    var shuffle: ShufflePlan.Shuffle
    var started: Instant
    /// nil if it was under way at the end, or its connection broke.
    var ended: Instant?
  }

  /// In the order of their ends; those that were cut off at the end last.
  private(set) var rows: [Row] = []
  private(set) var problems: [String] = []

  private let plan: ShufflePlan
  private let streams: Int
  private var isAlive: [Bool]
  /// The number of each stream's next shuffle.
  private var next: [Int]
  private var running: [Int: Row] = [:]
  private var orders = 0
  private var isOver = false

  init(plan: ShufflePlan, streams: Int) {
    self.plan = plan
    self.streams = streams
    isAlive = Array(repeating: true, count: plan.hosts)
    next = Array(repeating: 0, count: streams)
  }

  /// Whether shuffles still go to and from a host.
  func uses(_ host: Int) -> Bool { !isOver && isAlive[host] }

  /// Whether the shuffle `id` is under way, as far as is known here.
  func isUnderWay(_ id: Int) -> Bool { running[id] != nil }

  mutating func begin(at now: Instant) -> [Order] { (0..<streams).compactMap { order($0, at: now) } }

  /// The shuffle `id` is done.
  mutating func finish(_ id: Int, at now: Instant) -> [Order] { settle(id, ended: now, at: now) }

  /// The connection of the shuffle `id` broke. Its source lives and told so: the destination is not chosen again.
  mutating func fail(_ id: Int, at now: Instant) -> [Order] {
    guard let row = running[id] else { return [] }
    return lose(row.shuffle.destination, at: now)
  }

  /// The program of a host has gone: what it sent or took is cut off.
  mutating func lose(_ host: Int, at now: Instant) -> [Order] {
    guard !isOver, isAlive[host] else { return [] }
    isAlive[host] = false
    let cut = running.filter { $0.value.shuffle.source == host || $0.value.shuffle.destination == host }.keys.sorted()
    return cut.flatMap { settle($0, ended: nil, at: now) }
  }

  /// No more orders.
  mutating func end() {
    guard !isOver else { return }
    isOver = true
    rows += running.sorted { $0.key < $1.key }.map(\.value)
    running = [:]
  }

  private mutating func settle(_ id: Int, ended: Instant?, at now: Instant) -> [Order] {
    guard !isOver, var row = running.removeValue(forKey: id) else { return [] }
    row.ended = ended
    rows.append(row)
    return order(row.stream, at: now).map { [$0] } ?? []
  }

  /// The next shuffle of a stream between hosts that are alive.
  private mutating func order(_ stream: Int, at now: Instant) -> Order? {
    guard isAlive.count(where: { $0 }) >= 2 else {
      if problems.isEmpty {
        problems.append("background shuffles ended early: fewer than two hosts were left for them")
      }
      return nil
    }
    while true {
      let shuffle = plan.shuffle(next[stream], ofStream: stream)
      next[stream] += 1
      guard isAlive[shuffle.source], isAlive[shuffle.destination] else { continue }
      defer { orders += 1 }
      running[orders] = Row(stream: stream, shuffle: shuffle, started: now)
      return Order(id: orders, stream: stream, shuffle: shuffle)
    }
  }
}
