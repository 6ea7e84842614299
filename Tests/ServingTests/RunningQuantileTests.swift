import Testing

@testable import Serving

@Suite struct RunningQuantileTests {
  @Test(
    "it is within its bucket of the exact quantile after every value, whatever the values",
    arguments: 0..<20 as Range<UInt64>)
  func exact(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let fraction = [0.05, 0.5, 0.95, 0.99][Int(seed % 4)]
    var quantile = RunningQuantile(fraction)
    var values: [Int64] = []
    for count in 1...500 {
      // From a nanosecond to days, in runs that move.
      let scale = Int64(1) << Int64.random(in: 0..<(count % 100 < 50 ? 50 : 20), using: &random)
      let value = Int64.random(in: 0...scale, using: &random)
      values.append(value)
      quantile.add(value)
      let exact = values.sorted()[Int((fraction * Double(count)).rounded(.up)) - 1]
      #expect(quantile.value >= exact)
      #expect(Double(quantile.value) <= Double(max(1, exact)) * (1 + 1.0 / 32) + 1)
    }
  }

  @Test("without values it is zero")
  func empty() { #expect(RunningQuantile(0.5).value == 0) }
}
