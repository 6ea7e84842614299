import Serving
import Statistics
import Testing

@testable import Simulation

#if canImport(Glibc)
  import Glibc
#endif

/// What queueing theory says of the systems that it can solve, at a million queries.
@Suite("A simulated queue")
struct TheoryTests {
  private let queries = 1_000_000
  /// The mean service time, in ms.
  private let service_ms = 10.0

  /// How long queries wait for an instance, and how long they stay, in ms and ascending order.
  private func run(servers: Int, utilisation: Double, _ kind: ServiceTime.Kind) throws -> (
    waiting: [Double], staying: [Double]
  ) {
    let median_ms = kind == .exponential ? service_ms * log(2) : service_ms
    let trial = SimulatedTrial(
      policy: .init(mode: .none),
      load: Load(
        seed: 7, rate_per_s: utilisation * Double(servers) / service_ms * 1000, total: queries + 10_000, warmup: 10_000,
        samples: 1),
      workers: Array(repeating: .base, count: servers),
      serviceTimes: [.base: ServiceModel(ServiceTime(kind: kind, median_ms: median_ms))])
    let outcome = try Simulation.run(trial)
    var (waiting, staying): ([Int64], [Int64]) = ([], [])
    for (query, simulated) in zip(outcome.schedule.queries, outcome.queries) where !query.isWarmup {
      let arrived_ns = query.offset.nanoseconds
      waiting.append(simulated.dispatched_ns - arrived_ns)
      staying.append(simulated.completed_ns - arrived_ns)
    }
    #expect(waiting.count == queries)
    RadixSort.sort(&waiting)
    RadixSort.sort(&staying)
    return (waiting.map { Double($0) / 1e6 }, staying.map { Double($0) / 1e6 })
  }

  private func expect(
    _ what: String, _ found: Double?, _ expected: Double, within: Double = 0.01,
    location: SourceLocation = #_sourceLocation
  ) {
    let error = abs((found ?? .nan) / expected - 1)
    #expect(error < within, "\(what): \(found ?? .nan), theory says \(expected)", sourceLocation: location)
  }

  /// A percentile of a sample. A thousand of a million queries lie beyond the 99.9th, and those come in bursts, which makes it
  /// differ by more than one percent now and then.
  private func expect(
    _ what: String, _ p: Double, of sorted: [Double], _ expected: Double, location: SourceLocation = #_sourceLocation
  ) {
    let within = p > 99 ? 0.03 : 0.01
    expect("P\(p) of the \(what)", percentile(sorted: sorted, p), expected, within: within, location: location)
  }

  /// Where a distribution function, which rises, reaches `share`: between two bounds that close in.
  private func inverse(_ share: Double, _ distribution: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 100 * service_ms)
    while high - low > 1e-9 {
      let middle = (low + high) / 2
      if distribution(middle) < share { low = middle } else { high = middle }
    }
    return low
  }

  @Test("with exponential service and one instance keeps queries as long as M/M/1 does")
  func oneServer() throws {
    let utilisation = 0.5
    let (waiting, staying) = try run(servers: 1, utilisation: utilisation, .exponential)
    // The stay is exponential, of rate mu - lambda.
    let rate = (1 - utilisation) / service_ms
    expect("mean stay", mean(staying), 1 / rate)
    for p in [50.0, 90, 99, 99.9] { expect("stay", p, of: staying, -log(1 - p / 100) / rate) }
    expect("mean wait", mean(waiting), utilisation / rate)
    for p in [75.0, 90, 99, 99.9] { expect("wait", p, of: waiting, -log((1 - p / 100) / utilisation) / rate) }
  }

  @Test("with exponential service and several instances keeps queries as long as M/M/c does")
  func severalServers() throws {
    let (servers, utilisation) = (4, 0.7)
    let (waiting, staying) = try run(servers: servers, utilisation: utilisation, .exponential)
    // Erlang's C: the probability to wait. A wait that there is, is exponential of rate c mu - lambda.
    let load = utilisation * Double(servers)
    var terms = [1.0]
    for count in 1...servers { terms.append(terms[count - 1] * load / Double(count)) }
    let full = terms[servers] / (1 - utilisation)
    let probability = full / (terms.dropLast().reduce(0, +) + full)
    let rate = Double(servers) * (1 - utilisation) / service_ms
    expect("mean stay", mean(staying), service_ms + probability / rate)
    expect("mean wait", mean(waiting), probability / rate)
    for p in [75.0, 90, 99, 99.9] { expect("wait", p, of: waiting, -log((1 - p / 100) / probability) / rate) }
    // The stay is a wait and, independent of it, a service of rate mu: the sum of two exponential times where there is a
    // wait. Source: D. Gross, C. M. Harris, "Fundamentals of Queueing Theory", on the M/M/c queue's waiting times.
    let service = 1 / service_ms
    for p in [50.0, 90, 99, 99.9] {
      let expected = inverse(p / 100) { t in
        let (served, waited) = (exp(-service * t), exp(-rate * t))
        return 1 - (1 - probability) * served - probability * (rate * served - service * waited) / (rate - service)
      }
      expect("stay", p, of: staying, expected)
    }
    let share = Double(waiting.count { $0 > 0 }) / Double(waiting.count)
    expect("share that waits", share, probability)
  }

  @Test("with constant service and one instance keeps queries as long as M/D/1 does")
  func constantService() throws {
    let utilisation = 0.5
    let (waiting, staying) = try run(servers: 1, utilisation: utilisation, .constant)
    let meanWait = utilisation * service_ms / (2 * (1 - utilisation))
    expect("mean wait", mean(waiting), meanWait)
    expect("mean stay", mean(staying), service_ms + meanWait)
    for p in [75.0, 90, 99, 99.9] {
      expect("wait", p, of: waiting, inverse(p / 100) { waitProbability($0, utilisation) })
    }
  }

  /// P(W <= t) of M/D/1. Source: A. K. Erlang, "The Theory of Probabilities and Telephone Conversations", 1909.
  private func waitProbability(_ t: Double, _ utilisation: Double) -> Double {
    let scaled = t / service_ms
    var sum = 0.0
    for j in 0...Int(scaled) {
      let x = utilisation * (Double(j) - scaled)
      var term = exp(-x)
      for i in 1...max(1, j) where j > 0 { term *= x / Double(i) }
      sum += term
    }
    return (1 - utilisation) * sum
  }
}
