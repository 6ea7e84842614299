import Foundation
import Testing

@testable import Statistics

struct ConfidenceIntervalTests {
  @Test(
    "P99 needs 368 samples, P99.5 736, P99.9 3,688",
    arguments: [(50, 6), (99, 368), (99.5, 736), (99.9, 3688)])
  func samplesNeeded(p: Double, needed: Int) {
    #expect(ConfidenceInterval.samplesNeeded(forPercentile: p) == needed)
    // The number from its formula: the whole sample lies below the percentile with at most 2.5 %.
    #expect(Int((log(0.025) / log(p / 100)).rounded(.up)) == needed)
    let values = (1...needed).map(Double.init)
    #expect(ConfidenceInterval(ofPercentile: p, sorted: values) != nil)
    #expect(ConfidenceInterval(ofPercentile: p, sorted: values.dropLast()) == nil)
  }

  @Test("Low percentiles mirror high ones")
  func mirrored() throws {
    #expect(ConfidenceInterval.samplesNeeded(forPercentile: 1) == 368)
    for samples in [368, 1000, 5000] {
      let (high, low) = try (
        #require(ConfidenceInterval.ranks(ofPercentile: 99, samples: samples)),
        #require(ConfidenceInterval.ranks(ofPercentile: 1, samples: samples))
      )
      #expect(low.low == samples + 1 - high.high)
      #expect(low.high == samples + 1 - high.low)
    }
  }

  @Test(
    "Ranks leave at most 2.5 % on each side and the next rank inwards would leave more",
    arguments: [(50.0, 6), (50, 100), (99, 368), (99, 1000), (99.5, 2000), (99.9, 10_000), (99, 100_000)])
  func exactTails(p: Double, samples: Int) throws {
    let ranks = try #require(ConfidenceInterval.ranks(ofPercentile: p, samples: samples))
    let (n, q) = (Double(samples), p / 100)
    func probability(_ c: Int) -> Double {
      let x = Double(c)
      let ways: Double = lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1)
      let odds: Double = x * log(q) + (n - x) * log(1 - q)
      return exp(ways + odds)
    }
    func below(_ c: Int) -> Double { (0..<c).reduce(0) { $0 + probability($1) } }
    func from(_ c: Int) -> Double { (c..<samples + 1).reduce(0) { $0 + probability($1) } }
    #expect(below(ranks.low) <= 0.025)
    #expect(below(ranks.low + 1) > 0.025)
    #expect(from(ranks.high) <= 0.025)
    #expect(from(ranks.high - 1) > 0.025)
  }

  @Test("The interval covers the true percentile in at least 95 % of samples", arguments: [UInt64(3)])
  func covers(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var covered = 0
    let repetitions = 2000
    for _ in 0..<repetitions {
      let values = (0..<400).map { _ in Double.random(in: 0..<1, using: &generator) }.sorted()
      let interval = try #require(ConfidenceInterval(ofPercentile: 99, sorted: values))
      if interval.low <= 0.99, 0.99 <= interval.high { covered += 1 }
    }
    // The coverage is at least 95 %; 2,000 samples of it stay above 93.5 % but once in a thousand seeds.
    #expect(Double(covered) / Double(repetitions) > 0.935)
  }
}
