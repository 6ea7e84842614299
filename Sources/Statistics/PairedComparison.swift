#if canImport(Glibc)
  import Glibc
#endif

/// What was measured twice under the same conditions, `a` and `b` of each pair, says of their ratio and difference.
///
/// A pair is the unit: what both halves share (the load, the hour, the machine's mood) is in both and drops out. The ratio is
/// the geometric mean of a / b, as exchanging a and b must turn 2 into 1/2; the difference is the mean of a - b.
public struct PairedComparison: Codable, Equatable, Sendable {
  public struct Pair: Codable, Equatable, Sendable {
    public var a: Double
    public var b: Double

    public init(a: Double, b: Double) { (self.a, self.b) = (a, b) }
  }

  /// A number and its 95 % interval; without one if there are too few pairs.
  public struct Estimate: Codable, Equatable, Sendable {
    public var value: Double
    public var interval: Interval?

    public init(value: Double, interval: Interval?) { (self.value, self.interval) = (value, interval) }

    /// Every key, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(value, forKey: .value)
      try container.encode(interval, forKey: .interval)
    }

    /// Whether the interval is there and leaves `number` outside.
    public func excludes(_ number: Double) -> Bool {
      guard let interval else { return false }
      return number < interval.low || interval.high < number
    }
  }

  public struct Interval: Codable, Equatable, Sendable {
    public var low: Double
    public var high: Double

    public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }
  }

  /// How many.
  public var pairs: Int
  /// Geometric means, so that their ratio is `ratio`; arithmetic where a ratio has no meaning.
  public var a: Double
  public var b: Double
  /// Of a to b; nil if a value is not above 0.
  public var ratio: Estimate?
  /// Of a and b, a - b.
  public var difference: Estimate

  /// Every key, null where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pairs, forKey: .pairs)
    try container.encode(a, forKey: .a)
    try container.encode(b, forKey: .b)
    try container.encode(ratio, forKey: .ratio)
    try container.encode(difference, forKey: .difference)
  }

  /// Nil of no pairs.
  /// - Parameter generator: as `Resampling` takes it.
  public init?<Generator: RandomNumberGenerator>(
    _ pairs: [Pair], bootstrap: Resampling = Resampling(), generator: (UInt64) -> Generator
  ) {
    func estimate(_ values: [Double], _ scale: (Double) -> Double) -> Estimate? {
      // A mean that does not depend on the order either.
      guard let mean = mean(values.sorted()) else { return nil }
      let interval = bootstrap.interval(ofMean: values, generator: generator)
      return Estimate(
        value: scale(mean), interval: interval.map { Interval(low: scale($0.low), high: scale($0.high)) })
    }
    guard let difference = estimate(pairs.map { $0.a - $0.b }, { $0 }) else { return nil }
    self.pairs = pairs.count
    self.difference = difference
    let isPositive = pairs.allSatisfy { $0.a > 0 && $0.b > 0 }
    ratio = isPositive ? estimate(pairs.map { log($0.a / $0.b) }, exp) : nil
    func centre(_ values: [Double]) -> Double {
      let values = values.sorted()
      return (isPositive ? mean(values.map { log($0) }).map { exp($0) } : mean(values)) ?? 0
    }
    (a, b) = (centre(pairs.map(\.a)), centre(pairs.map(\.b)))
  }
}
