import Statistics
import Testing

@testable import Serving

/// Random loads, each from a seed that the failure names.
private func randomLoad(_ seed: UInt64) -> Load {
  var random = Xoshiro256(seed: seed, stream: 99)
  let total = Int.random(in: 0...3000, using: &random)
  let offsets = (0..<total + 5).map { _ in Int.random(in: 0...1000, using: &random) }.sorted()
  let processes: [Load.Process] = [
    .poisson, .uniform, .trace(Trace(offsets: offsets.map { .milliseconds($0) })),
  ]
  return Load(
    seed: random.next(), rate_per_s: Double.random(in: 0.1...5000, using: &random),
    clients: Int.random(in: 1...7, using: &random), total: total, warmup: Int.random(in: 0...total, using: &random),
    process: processes[Int(seed) % 3], samples: Int.random(in: 1...50, using: &random))
}

struct ScheduleTests {
  @Test("Counts are exact, numbers follow time, warm-up comes first, clients share evenly", arguments: UInt64(0)..<60)
  func properties(seed: UInt64) throws {
    let load = randomLoad(seed)
    let schedule = try Schedule(load)
    let queries = schedule.queries
    #expect(queries.map { $0.query } == Array(0..<load.total))
    for (a, b) in zip(queries, queries.dropFirst()) { #expect((a.offset, a.client) <= (b.offset, b.client)) }
    #expect(queries.map { $0.isWarmup } == (0..<load.total).map { $0 < load.warmup })
    #expect(queries.allSatisfy { (0..<load.samples).contains($0.sample) && $0.offset >= .zero })

    let counts = (0..<load.clients).map { schedule.schedule(forClient: $0).count }
    #expect(counts == (0..<load.clients).map(load.count(ofClient:)))
    #expect(counts.reduce(0, +) == load.total)
    #expect(counts == counts.sorted(by: >))
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    #expect(try Schedule(load) == schedule)
    #expect(load.length == queries.last?.offset ?? .zero)
  }

  @Test("A query's sample depends on its number and the seed, not on who sends it", arguments: UInt64(0)..<20)
  func samples(seed: UInt64) throws {
    var load = randomLoad(seed)
    let samples = try Schedule(load).queries.map { $0.sample }
    load.clients += 3
    load.rate_per_s *= 2
    #expect(try Schedule(load).queries.map { $0.sample } == samples)
  }

  @Test("Samples are uniform over the payload")
  func uniformSamples() {
    let load = Load(seed: 3, rate_per_s: 1, total: 0, samples: 16)
    var counts = [Int](repeating: 0, count: 16)
    for query in 0..<16_000 { counts[load.sample(ofQuery: query)] += 1 }
    // Each is binomial around 1,000 with a deviation of 31.
    #expect(counts.allSatisfy { abs($0 - 1000) < 5 * 31 })
  }

  @Test("150 queries/s over 4 clients arrive at 150/s, not at 148", arguments: [UInt64(1), 2, 3])
  func realRate(seed: UInt64) throws {
    let load = Load(seed: seed, rate_per_s: 150, clients: 4, total: 200_000, samples: 1)
    let last = try #require(Schedule(load).queries.last).offset.seconds
    // The rate of n arrivals deviates by 1/sqrt(n): 0.22 %, while 148 is 1.3 % off.
    #expect(abs(Double(load.total) / last - 150) < 150 * 4 / Double(load.total).squareRoot())
  }

  @Test("Merged over its clients, a Poisson load has exponential gaps", arguments: [1, 2, 4, 7])
  func mergedGaps(clients: Int) throws {
    let load = Load(seed: 8, rate_per_s: 300, clients: clients, total: 12_000, samples: 1)
    // At the end some clients have already sent their share: the rate falls, the gaps are another's.
    let offsets = try Schedule(load).queries.prefix(11_000).map { $0.offset.seconds }
    #expect(KolmogorovSmirnov(exponentialGaps: gaps(Array(offsets)), mean: 1.0 / 300).pValue > 1e-3)
  }

  @Test("Uniform over several clients is evenly spaced over all", arguments: [1, 2, 3, 5])
  func interleaved(clients: Int) throws {
    let load = Load(seed: 1, rate_per_s: 100, clients: clients, total: 50, process: .uniform, samples: 1)
    let queries = try Schedule(load).queries
    #expect(queries.map { $0.offset } == (0..<50).map { .milliseconds(10 * $0) })
    #expect(queries.map { $0.client } == (0..<50).map { $0 % clients })
  }

  @Test("A trace is dealt round robin and keeps its instants")
  func trace() throws {
    let trace = Trace(offsets: [0, 5, 7, 20, 21].map { .milliseconds($0) })
    let load = Load(seed: 1, rate_per_s: 1, clients: 2, total: 5, process: .trace(trace), samples: 1)
    let queries = try Schedule(load).queries
    #expect(queries.map { $0.offset } == trace.offsets)
    #expect(queries.map { $0.client } == [0, 1, 0, 1, 0])
  }

  @Test("A trace that ends too early says how many arrivals are missing")
  func shortTrace() {
    let trace = Trace(offsets: [.zero, .zero, .zero])
    let load = Load(seed: 1, rate_per_s: 1, clients: 2, total: 5, process: .trace(trace), samples: 1)
    #expect(throws: Schedule.TraceTooShort(arrivals: 3, queries: 5)) { try Schedule(load) }
  }

  @Test("Another seed is another schedule")
  func seeds() throws {
    let schedules = try (UInt64(0)..<10).map {
      try Schedule(Load(seed: $0, rate_per_s: 10, clients: 2, total: 20, samples: 1)).queries.map { $0.offset }
    }
    #expect(Set(schedules).count == schedules.count)
  }
}
