import Serving
import Testing

@testable import Frontend

@Suite("The latency histogram")
struct LatencyHistogramTests {
  @Test("its bounds go from 100 us to 100 s in steps of about a tenth")
  func bounds() {
    let bounds = LatencyHistogram.bounds
    #expect(abs(bounds[0] - 1e-4) < 1e-12 && abs(bounds[bounds.count - 1] - 100) < 1e-9)
    for (low, high) in zip(bounds, bounds.dropFirst()) { #expect(high / low > 1.09 && high / low < 1.11) }
  }

  @Test("a duration counts in the first bucket whose bound it does not exceed")
  func counts() {
    var generator = Xoshiro256(seed: 3)
    for _ in 0..<1000 {
      let nanoseconds =
        Int64.random(in: 0...200_000_000_000, using: &generator) >> Int64.random(in: 0...30, using: &generator)
      var histogram = LatencyHistogram()
      histogram.add(.nanoseconds(nanoseconds))
      let expected =
        LatencyHistogram.bounds.firstIndex { Double(nanoseconds) / 1e9 <= $0 } ?? LatencyHistogram.bounds.count
      #expect(histogram.counts[expected] == 1 && histogram.count == 1, "\(nanoseconds)")
    }
  }

  @Test("its Prometheus text is cumulative and ends with all")
  func text() {
    var histogram = LatencyHistogram()
    for seconds in [0, 1, 1, 1000] { histogram.add(.seconds(seconds)) }
    var text = PrometheusText()
    text.histogram("latency", "Test.", histogram)
    let buckets = text.text.split(separator: "\n").filter { $0.hasPrefix("latency_bucket") }
    let values = buckets.compactMap { Int($0.split(separator: " ")[1]) }
    #expect(values.first == 1 && values == values.sorted() && values.suffix(2) == [3, 4])
    #expect(text.text.contains("latency_sum 1002\nlatency_count 4\n"))
  }
}
