import Foundation
import Testing

@testable import Statistics

struct PairedComparisonTests {
  private typealias Pair = PairedComparison.Pair

  private func compare(_ pairs: [Pair]) -> PairedComparison? {
    PairedComparison(pairs, bootstrap: Resampling(resamples: 4000), generator: SeededGenerator.init(seed:))
  }

  /// `count` pairs whose halves share a mood and whose ratio is about `ratio`.
  private func pairs(_ count: Int, ratio: Double, noise: Double, seed: UInt64) -> [Pair] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let mood = exp(Double.random(in: -2...2, using: &generator))
      let jitter = exp(Double.random(in: -noise...noise, using: &generator))
      return Pair(a: 100 * mood * ratio * jitter, b: 100 * mood)
    }
  }

  @Test("No pairs say nothing; fewer than five have no interval")
  func few() throws {
    #expect(compare([]) == nil)
    let one = try #require(compare([Pair(a: 30, b: 10)]))
    #expect(abs((one.ratio?.value ?? 0) - 3) < 1e-12)
    #expect(one.ratio?.interval == nil && one.ratio?.excludes(1) == false)
    #expect(one.difference.value == 20 && one.difference.interval == nil)
    #expect((one.pairs, one.a.rounded(), one.b.rounded()) == (1, 30, 10))
    #expect(compare(pairs(4, ratio: 3, noise: 0.1, seed: 1))?.ratio?.interval == nil)
    #expect(compare(pairs(5, ratio: 3, noise: 0.1, seed: 1))?.ratio?.interval != nil)
  }

  @Test("What both halves of a pair share drops out: moods fifty times apart leave a narrow interval")
  func paired() throws {
    let compared = try #require(compare(pairs(6, ratio: 3, noise: 0.05, seed: 3)))
    let ratio = try #require(compared.ratio)
    let interval = try #require(ratio.interval)
    #expect(2.85 < interval.low && interval.low < ratio.value && ratio.value < interval.high && interval.high < 3.16)
    #expect(ratio.excludes(1))
    #expect(abs(compared.a / compared.b - ratio.value) < 1e-9)
    // Unpaired, the same numbers tell nothing.
    let mixed = zip(pairs(6, ratio: 3, noise: 0.05, seed: 3), pairs(6, ratio: 3, noise: 0.05, seed: 9)).map {
      Pair(a: $0.a, b: $1.b)
    }
    let loose = try #require(compare(mixed)?.ratio?.interval)
    #expect(loose.high / loose.low > 2 * interval.high / interval.low)
  }

  @Test(
    "Exchanging the halves inverts the ratio and its interval, and turns the difference round", arguments: [UInt64(17)])
  func exchanged(seed: UInt64) throws {
    for count in [5, 6, 9, 20] {
      let there = pairs(count, ratio: 1.7, noise: 0.4, seed: seed + UInt64(count))
      let one = try #require(compare(there))
      let other = try #require(compare(there.map { Pair(a: $0.b, b: $0.a) }))
      let (ratio, inverse) = try (#require(one.ratio), #require(other.ratio))
      #expect(abs(ratio.value * inverse.value - 1) < 1e-12)
      #expect(abs(one.difference.value + other.difference.value) < 1e-9)
      // The draws are others, so the ends agree as two seeds' would.
      let (first, second) = try (#require(ratio.interval), #require(inverse.interval))
      #expect(abs(log(first.low * second.high)) < 0.08 && abs(log(first.high * second.low)) < 0.08)
    }
  }

  @Test("The order of pairs has no meaning", arguments: [UInt64(23)])
  func order(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for count in [5, 8, 30] {
      let there = pairs(count, ratio: 0.8, noise: 0.5, seed: seed)
      #expect(compare(there) == compare(there.shuffled(using: &generator)))
    }
  }

  @Test("Without a value above 0 there is no ratio, and still a difference")
  func zero() throws {
    let compared = try #require(compare((0..<6).map { Pair(a: Double($0), b: 1) }))
    #expect(compared.ratio == nil)
    #expect(compared.difference.value == 1.5)
    #expect((compared.a, compared.b) == (2.5, 1))
  }

  @Test("Pairs that do not differ are told from 1 about once in twenty, and no oftener than promised")
  func falseClaims() {
    var generator = SeededGenerator(seed: 99)
    let repetitions = 600
    let claims = (0..<repetitions).count { _ in
      let pairs = (0..<8).map { _ in
        // A difference of two exponentials of the same mean: as a ratio of gaps, rough but without direction.
        Pair(
          a: exp(-log(1 - Double.random(in: 0..<1, using: &generator))),
          b: exp(-log(1 - Double.random(in: 0..<1, using: &generator))))
      }
      let compared = PairedComparison(
        pairs, bootstrap: Resampling(resamples: 1000), generator: SeededGenerator.init(seed:))
      return compared?.ratio?.excludes(1) == true
    }
    let most = Binomial(trials: repetitions, probability: 0.07).upperQuantile(0.0005)
    #expect(claims > 0 && claims < most, "\(claims) of \(repetitions)")
  }
}
