/// What is said of a sample of latencies: its size, centre and tail, in the unit of its values.
public struct SampleSummary: Codable, Equatable, Sendable {
  public var num: Int
  public var median: Double
  public var mean: Double
  public var p99: Double
  public var p99_5: Double
  public var p99_9: Double

  /// Nil of no values.
  public init?(sorted values: [Double]) {
    guard let mean = Statistics.mean(values), let median = percentile(sorted: values, 50),
      let p99 = percentile(sorted: values, 99), let p99_5 = percentile(sorted: values, 99.5),
      let p99_9 = percentile(sorted: values, 99.9)
    else { return nil }
    (num, self.median, self.mean) = (values.count, median, mean)
    (self.p99, self.p99_5, self.p99_9) = (p99, p99_5, p99_9)
  }
}
