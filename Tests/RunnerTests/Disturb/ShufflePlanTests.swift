import Foundation
import Serving
import Testing

@testable import Runner

@Suite("A plan of shuffles")
struct ShufflePlanTests {
  @Test("goes from a host to another, with 128 to 256 MiB, whatever the seed")
  func bounds() {
    for seed in 1...20 as ClosedRange<UInt64> {
      for hosts in [2, 3, 7, 100] {
        let plan = ShufflePlan(seed: seed, hosts: hosts)
        for stream in 0..<4 {
          for index in 0..<50 {
            let shuffle = plan.shuffle(index, ofStream: stream)
            #expect((0..<hosts).contains(shuffle.source) && (0..<hosts).contains(shuffle.destination))
            #expect(shuffle.source != shuffle.destination)
            #expect(ShufflePlan.sizes.contains(shuffle.bytes))
          }
        }
      }
    }
  }

  @Test("is the same for the same seed, and another for another seed, stream or number")
  func seeded() {
    let plan = ShufflePlan(seed: 7, hosts: 12)
    #expect(plan.shuffle(3, ofStream: 2) == ShufflePlan(seed: 7, hosts: 12).shuffle(3, ofStream: 2))
    let sizes = Set(
      (0..<20).flatMap { index in
        (0..<5).map { plan.shuffle(index, ofStream: $0).bytes } + [
          ShufflePlan(seed: 8, hosts: 12).shuffle(index, ofStream: 0).bytes
        ]
      })
    #expect(sizes.count == 120)
  }

  @Test("draws every ordered pair of hosts alike, and sizes whose mean is in the middle")
  func uniform() {
    let plan = ShufflePlan(seed: 3, hosts: 4)
    var pairs: [Int: Int] = [:]
    var bytes = 0.0
    let count = 12_000
    for index in 0..<count {
      let shuffle = plan.shuffle(index, ofStream: index % 3)
      pairs[shuffle.source * 4 + shuffle.destination, default: 0] += 1
      bytes += Double(shuffle.bytes)
    }
    #expect(pairs.count == 12)
    // Chi-squared with 11 degrees of freedom: beyond 31.3 once in a thousand seeds.
    let expected = Double(count) / 12
    #expect(pairs.values.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected } < 31.3)
    // The mean of so many lies within four standard errors.
    let width = Double(ShufflePlan.sizes.count)
    let middle = Double(ShufflePlan.sizes.lowerBound) + width / 2
    #expect(abs(bytes / Double(count) - middle) < 4 * width / 12.0.squareRoot() / Double(count).squareRoot())
  }
}
