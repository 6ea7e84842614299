#if canImport(Glibc)
  import Glibc
#endif

/// The Kolmogorov-Smirnov test: how far a sample's distribution is from a given one, and how often chance does worse.
public struct KolmogorovSmirnov: Equatable, Sendable {
  /// The largest distance between the sample's distribution function and the given one.
  public var statistic: Double
  /// The probability that a sample of the given distribution is at least so far from it.
  ///
  /// Asymptotic, with Stephens' correction for small samples (good from five values on). Source: M. A. Stephens, "EDF
  /// Statistics for Goodness of Fit and Some Comparisons", JASA 69 (1974). It holds for a distribution that was given
  /// beforehand; parameters estimated from the sample itself make it too large.
  public var pValue: Double

  /// Tests values, at least one, against the continuous distribution function `cdf`.
  public init(_ values: [Double], cdf: (Double) -> Double) {
    let n = Double(values.count)
    var distance = 0.0
    for (index, value) in values.sorted().enumerated() {
      let probability = cdf(value)
      distance = max(distance, probability - Double(index) / n, Double(index + 1) / n - probability)
    }
    statistic = distance
    pValue = KolmogorovSmirnov.survival((n.squareRoot() + 0.12 + 0.11 / n.squareRoot()) * distance)
  }

  /// Tests whether the gaps between arrivals are those of a Poisson process of the given mean gap.
  public init(exponentialGaps gaps: [Double], mean: Double) {
    self.init(gaps) { 1 - exp(-$0 / mean) }
  }

  /// P(K > x) of the Kolmogorov distribution, by whichever of its two series converges at once.
  static func survival(_ x: Double) -> Double {
    guard x > 0 else { return 1 }
    var sum = 0.0
    if x < 1 {
      for j in stride(from: 1.0, through: 9, by: 2) { sum += exp(-(j * j) * Double.pi * Double.pi / (8 * x * x)) }
      return 1 - (2 * Double.pi).squareRoot() / x * sum
    }
    for j in 1...5 { sum += (j % 2 == 1 ? 1 : -1) * exp(-2 * Double(j * j) * x * x) }
    return 2 * sum
  }
}
