import Foundation
import Testing

@testable import Statistics

struct KolmogorovSmirnovTests {
  @Test(
    "The survival function has the values of the tables",
    arguments: [(0.5, 0.963945), (0.8, 0.544142), (1.0, 0.270000), (1.22385, 0.1), (1.3581, 0.05), (1.62762, 0.01)])
  func table(x: Double, probability: Double) {
    #expect(abs(KolmogorovSmirnov.survival(x) - probability) < 2e-5)
  }

  @Test("The survival function starts at one, falls, and its two series meet")
  func shape() {
    #expect(KolmogorovSmirnov.survival(0) == 1)
    #expect(KolmogorovSmirnov.survival(0.05) == 1)
    #expect(KolmogorovSmirnov.survival(5) < 1e-20)
    #expect(abs(KolmogorovSmirnov.survival(1 - 1e-12) - KolmogorovSmirnov.survival(1)) < 1e-10)
    let values = stride(from: 0.05, to: 3, by: 0.01).map(KolmogorovSmirnov.survival)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("The statistic is the largest step between both distribution functions")
  func statistic() {
    #expect(KolmogorovSmirnov([0.5]) { $0 }.statistic == 0.5)
    #expect(abs(KolmogorovSmirnov([0.7, 0.1, 0.2]) { $0 }.statistic - (2.0 / 3 - 0.2)) < 1e-15)
  }

  @Test("Exponential gaps pass; evenly spaced ones and a wrong rate do not", arguments: [UInt64(5), 6, 7])
  func exponential(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let gaps = (0..<5000).map { _ in -0.01 * log(1 - Double.random(in: 0..<1, using: &generator)) }
    #expect(KolmogorovSmirnov(exponentialGaps: gaps, mean: 0.01).pValue > 1e-3)
    #expect(KolmogorovSmirnov(exponentialGaps: gaps, mean: 0.012).pValue < 1e-6)
    #expect(KolmogorovSmirnov(exponentialGaps: gaps.map { _ in 0.01 }, mean: 0.01).pValue < 1e-6)
  }

  @Test("Under its own hypothesis the p-value is itself uniform", arguments: [UInt64(11)])
  func uniformPValues(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pValues = (0..<1000).map { _ in
      KolmogorovSmirnov((0..<100).map { _ in Double.random(in: 0..<1, using: &generator) }) { $0 }.pValue
    }
    #expect(KolmogorovSmirnov(pValues) { $0 }.pValue > 1e-3)
  }
}
