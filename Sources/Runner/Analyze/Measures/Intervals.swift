import Statistics

/// The 95 % order-statistic intervals of a sample's median and tail.
struct Intervals: Codable, Equatable, Sendable {
  var median: Bound
  var p99: Bound
  var p99_5: Bound
  var p99_9: Bound

  /// An interval, or why there is none. In JSON: `{"low": …, "high": …}` or `{"samples_needed": …}`.
  enum Bound: Equatable, Sendable {
    case interval(ConfidenceInterval)
    /// The sample is too small for a two-sided interval; so many values would do.
    case samplesNeeded(Int)

    init(ofPercentile p: Double, sorted values: [Double]) {
      if let interval = ConfidenceInterval(ofPercentile: p, sorted: values) {
        self = .interval(interval)
      } else {
        self = .samplesNeeded(ConfidenceInterval.samplesNeeded(forPercentile: p))
      }
    }
  }

  init(sorted values: [Double]) {
    median = Bound(ofPercentile: 50, sorted: values)
    p99 = Bound(ofPercentile: 99, sorted: values)
    p99_5 = Bound(ofPercentile: 99.5, sorted: values)
    p99_9 = Bound(ofPercentile: 99.9, sorted: values)
  }
}

extension Intervals.Bound: Codable {
  private enum CodingKeys: String, CodingKey { case samples_needed }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let needed = try container.decodeIfPresent(Int.self, forKey: .samples_needed) {
      self = .samplesNeeded(needed)
    } else {
      self = .interval(try ConfidenceInterval(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .interval(let interval): try interval.encode(to: encoder)
    case .samplesNeeded(let needed):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(needed, forKey: .samples_needed)
    }
  }
}
