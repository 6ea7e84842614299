import Foundation
import Testing

@testable import Statistics

struct ResamplingTests {
  private func interval(_ values: [Double], resamples: Int = 20_000, seed: UInt64 = 1) -> (low: Double, high: Double)? {
    Resampling(resamples: resamples, seed: seed).interval(ofMean: values, generator: SeededGenerator.init(seed:))
  }

  @Test("Five values have an interval, fewer have none")
  func needed() {
    for count in 0..<5 { #expect(interval((0..<count).map(Double.init)) == nil) }
    #expect(interval([1, 2, 3, 4, 5]) != nil)
  }

  @Test("The same values and seed give the same interval in whatever order; another seed about the same")
  func replayed() throws {
    var generator = SeededGenerator(seed: 5)
    for values in randomArrays(60, seed: 11) where values.count >= 5 && values.count < 300 {
      let first = try #require(interval(values, resamples: 500))
      let again = try #require(interval(values.shuffled(using: &generator), resamples: 500))
      #expect(first == again)
    }
    let values = (0..<20).map { _ in Double.random(in: 0..<1, using: &generator) }
    let (one, other) = try (#require(interval(values)), #require(interval(values, seed: 2)))
    #expect(one != other)
    #expect(abs(one.low - other.low) < 0.02 && abs(one.high - other.high) < 0.02)
  }

  @Test("It lies within the values and around their mean, and moves and stretches with them", arguments: [UInt64(7)])
  func shape(seed: UInt64) throws {
    for values in randomArrays(60, seed: seed) where values.count >= 5 && values.count < 300 {
      let found = try #require(interval(values, resamples: 500))
      let sorted = values.sorted()
      let mean = values.reduce(0, +) / Double(values.count)
      let slack = 1e-9 * (sorted.map(abs).max() ?? 0)
      #expect(sorted[0] <= found.low && found.high <= sorted[sorted.count - 1])
      #expect(found.low <= mean + slack && mean - slack <= found.high)
      let moved = try #require(interval(values.map { $0 * 4 }, resamples: 500))
      #expect(moved.low == found.low * 4 && moved.high == found.high * 4)
    }
  }

  @Test("Equal values have an interval of no width")
  func constant() throws {
    let found = try #require(interval(Array(repeating: 0.1, count: 7)))
    #expect(found.low == 0.1 && found.high == 0.1)
  }

  /// 3,125 ways to draw five of five, each as likely.
  @Test("Of five values its ends are the quantiles of all means that can be drawn")
  func exact() throws {
    let values = [1.0, 2, 4, 8, 16]
    var means: [Double] = []
    for draw in 0..<3125 {
      var (rest, sum) = (draw, 0.0)
      for _ in 0..<5 { (rest, sum) = (rest / 5, sum + values[rest % 5]) }
      means.append(sum / 5)
    }
    means.sort()
    let tail = Resampling.tail(of: 5)
    #expect(abs(tail - 0.000_954) < 1e-6)
    let found = try #require(interval(values, resamples: 200_000))
    // By the probability at which each end lies, not by its value: the distribution has steps.
    func below(_ end: Double) -> Double { Double(means.count { $0 <= end + 1e-9 }) / 3125 }
    #expect(abs(below(found.low) - tail) < 0.0012)
    #expect(abs(1 - below(found.high) - tail) < 0.0012)
  }

  /// What an interval is for. Of logarithms of ratios, which are about normal, it holds the mean in 92 % of cases with
  /// five values (the usual percentiles in 83 %) and in 95 % with eight and more.
  @Test(
    "It covers the mean of normal values as often as the documentation says",
    arguments: [(5, 0.92), (8, 0.945), (20, 0.95)])
  func covers(count: Int, promised: Double) throws {
    var generator = SeededGenerator(seed: 41)
    func normal() -> Double {
      let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
      return (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot() * cos(angle)
    }
    let repetitions = 1000
    var covered = 0
    for repetition in 0..<repetitions {
      let values = (0..<count).map { _ in normal() }
      let found = try #require(interval(values, resamples: 1500, seed: UInt64(repetition)))
      if found.low <= 0, 0 <= found.high { covered += 1 }
    }
    // Chance leaves this range once in a thousand seeds.
    let binomial = Binomial(trials: repetitions, probability: promised)
    let range = binomial.lowerQuantile(0.0005)...binomial.upperQuantile(0.0005)
    #expect(range.contains(covered), "\(covered) of \(repetitions)")
  }
}
