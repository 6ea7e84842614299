import Serving

#if canImport(Glibc)
  import Glibc
#endif

/// Durations counted in buckets whose bounds grow by about a tenth, from 100 us to 100 s.
struct LatencyHistogram {
  /// Upper bounds in seconds, ascending; a duration at a bound counts below it.
  static let bounds: [Double] = {
    let steps = 145
    return (0...steps).map { 1e-4 * pow(1e6, Double($0) / Double(steps)) }
  }()

  /// One count a bound, and at the end that of all beyond.
  private(set) var counts = [Int](repeating: 0, count: LatencyHistogram.bounds.count + 1)
  private(set) var sum_s = 0.0
  private(set) var count = 0

  mutating func add(_ duration: Duration) {
    let seconds = Double(duration.nanoseconds) / 1e9
    var low = 0
    var high = LatencyHistogram.bounds.count
    while low < high {
      let middle = (low + high) / 2
      if LatencyHistogram.bounds[middle] < seconds { low = middle + 1 } else { high = middle }
    }
    counts[low] += 1
    sum_s += seconds
    count += 1
  }
}
