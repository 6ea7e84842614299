import Serving
import Testing

@testable import Simulation

@Suite("Simulated coded serving")
struct BruteForceTests {
  private func trial(seed: UInt64) -> SimulatedTrial {
    var random = Xoshiro256(seed: seed, stream: 99)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let (k, parities, batch) = (draw(2...4), draw(1...2), draw(1...3))
    let base = draw(k...3 * k)
    let kind = [ServiceTime.Kind.exponential, .lognormal][draw(0...1)]
    let time = ServiceModel(ServiceTime(kind: kind, median_ms: 10, sigma: Double(draw(1...15)) / 10))
    var workers = Array(repeating: Pool.base, count: base)
    for parity in 0..<parities { workers += Array(repeating: .parity(parity), count: max(1, base / k)) }
    // From idle to overloaded.
    let rate_per_s = Double(draw(30...130)) / 100 * Double(base * batch) / 0.012
    let groups = draw(0...3) * k * batch
    return SimulatedTrial(
      policy: .init(
        mode: .coded, queueMode: draw(0...1) == 0 ? .singleQueue : .roundRobin, k: k, parities: parities,
        batchSize: batch),
      load: Load(
        seed: seed, rate_per_s: rate_per_s, clients: draw(1...3), total: groups + draw(50...250), warmup: groups,
        process: draw(0...3) == 0 ? .uniform : .poisson, samples: 1),
      workers: workers,
      serviceTimes: [.base: time, .parity(0): time, .parity(1): time],
      network: NetworkModel(
        clientDelay_ns: 0, workerDelay_ns: Int64(draw(0...1)) * 50_000, link_bytes_per_s: .infinity,
        standingQueue_bytes: 0))
  }

  @Test("answers every query at the nanosecond at which a reference without policy or event queue does")
  func completions() throws {
    var (decoded, settings) = (0, Set<CodedPolicy.Settings>())
    for seed in 1...400 as ClosedRange<UInt64> {
      let trial = trial(seed: seed)
      let outcome = try Simulation.run(trial)
      var reference = ReferenceSimulator(trial)
      let expected = reference.run(outcome.schedule)
      let found = outcome.queries.map(\.completed_ns)
      if let first = expected.indices.first(where: { expected[$0] != found[$0] }) {
        Issue.record("seed \(seed), \(trial.policy): query \(first) at \(found[first]), not \(expected[first])")
      }
      decoded += outcome.queries.count { $0.source == .reconstructed }
      settings.insert(trial.policy)
    }
    // 3 k, 2 parities, 3 batch sizes, 2 queue modes; and what is compared is not only what any queue would do.
    #expect(settings.count == 36)
    #expect(decoded > 1000)
  }
}
