import Serving
import Testing

@testable import Simulation

@Suite("The radix sort")
struct RadixSortTests {
  @Test("puts whole numbers in ascending order, whatever their sizes")
  func order() {
    for seed in 0..<100 as Range<UInt64> {
      var random = Xoshiro256(seed: seed)
      let count = Int(random.next() % 200)
      var values = (0..<count).map { _ in Int64(random.next() >> (1 + random.next() % 63)) }
      let expected = values.sorted()
      RadixSort.sort(&values)
      #expect(values == expected, "seed \(seed)")
    }
  }
}
