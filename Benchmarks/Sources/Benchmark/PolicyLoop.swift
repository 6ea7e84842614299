import Reference
import Serving

/// The policy in a closed loop: a new query for each that is answered, jobs that end in random order.
struct PolicyLoop {
  var mode: RedundancyMode
  var base: Int
  var redundant: Int
  private let queries = 300_000
  private let window = 24
  private let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

  init(mode: RedundancyMode, base: Int, redundant: Int) {
    self.mode = mode
    self.base = base
    self.redundant = redundant
  }

  private struct Totals {
    var events = 0
    var allocations: UInt64 = 0
    var nanoseconds: Int64 = 0
  }

  func rows() -> [Row] {
    let runs = (0..<3).map { _ in run() }.sorted { $0.nanoseconds < $1.nanoseconds }
    let ours = runs[1]
    let every = mode == .coded ? 2 : mode == .cheap ? 1 : 0
    let reference = Stopwatch.nanoseconds(repetitions: 3, calls: 1) {
      _ = reference_fifo(Int64(queries), Int32(window), Int32(base), Int32(redundant), Int32(every), seed)
    }
    let name = "policy \(mode.rawValue)\(mode == .coded ? " k = 2" : ""), \(base) + \(redundant) instances"
    return [
      Row(
        what: "\(name): a query", ours: Double(ours.nanoseconds) / Double(queries),
        reference: reference / Double(queries),
        unit: "ns a query (C: FIFO queues only)"),
      Row(
        what: "\(name): events", ours: Double(ours.events) / Double(ours.nanoseconds) * 1000, reference: nil,
        unit: "million events/s"),
      Row(
        what: "\(name): allocations", ours: Double(ours.allocations) / Double(ours.events), reference: nil,
        unit: "calls of malloc an event"),
    ]
  }

  private func run() -> Totals {
    var policy = CodedPolicy(.init(mode: mode, k: 2, deadline: .seconds(100)))
    var actions: [CodedPolicy.Action] = []
    var busy: [(job: JobID, instance: InstanceID)] = []
    busy.reserveCapacity(64)
    var totals = Totals()
    var unanswered = 0
    var arrived = 0
    var time: Int64 = 0
    var random = seed

    func handle(_ event: CodedPolicy.Event) {
      time += 1000
      totals.events += 1
      policy.handle(event, at: Instant(nanoseconds: time), into: &actions)
      for action in actions {
        switch action {
        case .dispatch(let job, let instance): busy.append((job, instance))
        case .reply, .decode, .replyDefault: unanswered -= 1
        default: break
        }
      }
      actions.removeAll(keepingCapacity: true)
    }

    let pool: Pool = mode == .cheap ? .approximate : .parity(0)
    for instance in 0..<base { handle(.joined(InstanceID(instance), .base)) }
    for instance in base..<base + redundant { handle(.joined(InstanceID(instance), pool)) }
    totals.events = 0
    let allocations = reference_allocations()
    let start = Stopwatch.now()
    while arrived < queries || !busy.isEmpty {
      while unanswered < window, arrived < queries {
        let query = QueryID(arrived)
        arrived += 1
        unanswered += 1
        handle(.arrived(query, .measured))
        handle(.ready(query))
      }
      random ^= random << 13
      random ^= random >> 7
      random ^= random << 17
      let next = Int(random % UInt64(busy.count))
      let (job, instance) = busy[next]
      busy[next] = busy[busy.count - 1]
      busy.removeLast()
      handle(.finished(job, by: instance))
    }
    totals.nanoseconds = Stopwatch.now() - start
    totals.allocations = reference_allocations() - allocations
    return totals
  }
}
