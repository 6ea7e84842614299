import Serving
import Simulation

/// A trial in virtual time: schedule, policy, workers and network, and the order of its latencies.
struct SimulationLoop {
  var mode: RedundancyMode
  var queueMode = QueueMode.singleQueue
  var base = 12
  /// Network shuffles at once; with any, messages have ParM's sizes and links a rate.
  var shuffles = 0
  private let queries = 300_000

  func rows() throws -> [Row] {
    let busy = shuffles > 0 ? ", \(shuffles) shuffles" : ""
    let name = "simulation \(mode.rawValue), \(queueMode.rawValue), \(trial.workers.count) instances\(busy)"
    let nanoseconds = try (0..<3).map { _ in try run() }.sorted()[1]
    return [
      Row(
        what: name, ours: Double(queries) / nanoseconds * 1000, reference: nil,
        unit: "million queries/s of one core's CPU time")
    ]
  }

  /// ParM's twelve models at 300 queries/s, with stragglers.
  private var trial: SimulatedTrial {
    let redundant: Pool = mode == .coded ? .parity(0) : .base
    let workers = Array(repeating: Pool.base, count: base) + Array(repeating: redundant, count: base / 2)
    let service = ServiceModel(ServiceTime())
    var trial = SimulatedTrial(
      policy: .init(mode: mode, queueMode: queueMode, k: 2, deadline: .seconds(100)),
      load: Load(seed: 1, rate_per_s: 25 * Double(base), clients: 4, total: queries, warmup: 204, samples: 1),
      workers: mode == .none ? Array(workers.prefix(base)) : workers,
      serviceTimes: [.base: service, .parity(0): service],
      slowdowns: [Slowdown(probability: 0.01, added_ms: 100)])
    guard shuffles > 0 else { return trial }
    trial.network = NetworkModel(
      clientDelay_ns: 50_000, workerDelay_ns: 50_000, link_bytes_per_s: 156_250_000, standingQueue_bytes: 262_144)
    trial.payload = PayloadSizes(inputs_bytes: [16_000], parityInput_bytes: 602_112, output_bytes: 4000)
    trial.background = .shuffles(shuffles, hosts: trial.workers.count)
    return trial
  }

  private func run() throws -> Double {
    let trial = trial
    let start = Stopwatch.now()
    let outcome = try Simulation.run(trial)
    var latencies_ns = outcome.queries.indices.map {
      outcome.queries[$0].completed_ns - outcome.schedule.queries[$0].offset.nanoseconds
    }
    RadixSort.sort(&latencies_ns)
    return Double(Stopwatch.now() - start)
  }
}
