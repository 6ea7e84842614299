import Testing

@testable import Statistics

struct PercentileTests {
  @Test(
    "Median, mean and percentiles equal numpy's to 1e-9 on 1,000 random arrays",
    .enabled(if: Numpy.found != nil || isAllRequired, "SKIPPED: no python3 with numpy"), arguments: [UInt64(1)])
  func equalsNumpy(seed: UInt64) throws {
    let numpy = try #require(Numpy.found)
    let percentiles = [0, 1, 25, 33.3, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100]
    let arrays = randomArrays(1000, seed: seed)
    let expected = try numpy.statistics(of: arrays, percentiles: percentiles)
    try #require(expected.count == arrays.count)

    for (index, (array, theirs)) in zip(arrays, expected).enumerated() {
      let sorted = array.sorted()
      let summary = try #require(SampleSummary(sorted: sorted))
      #expect(summary.num == array.count)
      // A mean near zero is compared by the size of what was summed.
      let size = array.reduce(0) { max($0, abs($1)) }
      #expect(abs(summary.mean - theirs[1]) <= 1e-9 * max(abs(theirs[1]), size), "mean of array \(index)")
      let ours = [summary.median] + percentiles.compactMap { percentile(sorted: sorted, $0) }
      let name = ["median"] + percentiles.map { "p\($0)" }
      for (ours, (theirs, name)) in zip(ours, zip([theirs[0]] + theirs[2...], name)) {
        #expect(abs(ours - theirs) <= 1e-9 * abs(theirs), "\(name) of array \(index), \(array.count) values")
      }
    }
  }

  @Test("The percentile of nothing is nothing, of one value that value")
  func smallest() {
    #expect(percentile(sorted: [], 50) == nil)
    for p in [0, 50, 99.9, 100] { #expect(percentile(sorted: [7], p) == 7) }
    #expect(SampleSummary(sorted: []) == nil)
  }

  @Test("Between two values the percentile moves linearly")
  func linear() {
    #expect(percentile(sorted: [10, 20], 25) == 12.5)
    #expect(percentile(sorted: [10, 20], 75) == 17.5)
    #expect(percentile(sorted: [1, 2, 3, 4], 50) == 2.5)
  }

  @Test("A mean keeps what plain summation loses")
  func compensated() {
    #expect(mean([1, 1e100, 1, -1e100]) == 0.5)
    #expect(mean([Double](repeating: 0.1, count: 1_000_000)) == 0.1)
    #expect(mean([]) == nil)
  }
}
