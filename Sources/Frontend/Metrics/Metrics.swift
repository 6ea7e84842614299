import Serving

/// What `/metrics` counts, over the queries that are measured.
struct Metrics {
  /// Time and number of one kind of work.
  struct Work {
    var seconds = 0.0
    var count = 0

    mutating func add(_ duration: Duration) {
      seconds += Double(duration.nanoseconds) / 1e9
      count += 1
    }
  }

  var latency = LatencyHistogram()
  /// Queries answered, by source.
  private(set) var answered = [Int](repeating: 0, count: AnswerSource.allCases.count)
  /// Inputs added to parity queries, and outputs decoded.
  var encoding = Work()
  var decoding = Work()

  mutating func countAnswer(_ source: AnswerSource, latency duration: Duration) {
    for (index, candidate) in AnswerSource.allCases.enumerated() where candidate == source { answered[index] += 1 }
    if source != .failed { latency.add(duration) }
  }
}
