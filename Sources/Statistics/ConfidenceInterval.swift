/// A 95 % two-sided confidence interval of a percentile, from order statistics: it holds for any continuous distribution.
///
/// Of n independent values, the number below the percentile is binomial (n, p/100). The interval runs from the l-th to
/// the u-th smallest value, where l is the largest and u the smallest rank with at most 2.5 % of that binomial beyond.
/// Source: H. A. David and H. N. Nagaraja, "Order Statistics", 3rd edition, section 7.1.
public struct ConfidenceInterval: Codable, Equatable, Sendable {
  public var low: Double
  public var high: Double

  /// The interval of percentile `p`, 0 < p < 100, of values in ascending order; nil if there are fewer than
  /// `samplesNeeded(forPercentile:)`, as then no value bounds the percentile from one side.
  public init?(ofPercentile p: Double, sorted values: [Double]) {
    guard let ranks = ConfidenceInterval.ranks(ofPercentile: p, samples: values.count) else { return nil }
    (low, high) = (values[ranks.low - 1], values[ranks.high - 1])
  }

  /// The fewest values of which percentile `p`, 0 < p < 100, has an interval.
  ///
  /// All n values are below the percentile with probability (p/100)^n, above it with (1 - p/100)^n; neither may exceed
  /// 2.5 %. P99 needs 368, P99.5 736, P99.9 3,688.
  public static func samplesNeeded(forPercentile p: Double) -> Int {
    let larger = max(p, 100 - p) / 100
    var (samples, probability) = (1, larger)
    while probability > tail {
      samples += 1
      probability *= larger
    }
    return samples
  }

  /// Half of what the interval may miss.
  static let tail = 0.025

  /// The ranks, from 1, of the two values that bound percentile `p`.
  static func ranks(ofPercentile p: Double, samples: Int) -> (low: Int, high: Int)? {
    guard samples > 0 else { return nil }
    let binomial = Binomial(trials: samples, probability: p / 100)
    // P(X < l) <= tail and P(X >= u) <= tail.
    let low = binomial.lowerQuantile(tail)
    let high = binomial.upperQuantile(tail)
    return low >= 1 && high <= samples ? (low, high) : nil
  }
}
