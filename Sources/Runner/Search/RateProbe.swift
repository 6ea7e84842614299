import Serving

/// Trials that a search wants measured: repetitions of one rate in one mode.
struct RateProbe: Equatable, Sendable {
  /// Queries/s.
  var rate: Double
  var mode: RedundancyMode
  /// Which repetitions of the point (`it_<n>`).
  var repetitions: [Int]
  /// From 0; those that were INVALID are measured again under the next number.
  var attempt: Int

  /// The last folder of an attempt's results, beside that of the first.
  static func finalDir(_ name: String, attempt: Int) -> String {
    attempt == 0 ? name : "\(name)-again-\(attempt)"
  }

  /// Measures them in order, here or in a simulation: a summary for each repetition.
  typealias Measure = (RateProbe) async throws -> [Summary]
}
