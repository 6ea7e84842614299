/// The latency of a running trial so far, read off the frontend's `run_exp_e2e_latency_seconds` histogram.
///
/// For the eye alone: a bucket is a tenth wide. Results come from raw records.
struct LiveLatency: Equatable, Sendable {
  /// Upper bounds in seconds, ascending, with the number of queries at or below each.
  private var buckets: [(bound: Double, count: Double)]

  static func == (a: LiveLatency, b: LiveLatency) -> Bool {
    a.buckets.elementsEqual(b.buckets) { $0.bound == $1.bound && $0.count == $1.count }
  }

  /// Reads Prometheus' text format; nil if the histogram is not in it.
  init?(metrics: some StringProtocol) {
    buckets = []
    for line in metrics.split(separator: "\n") {
      guard line.hasPrefix("run_exp_e2e_latency_seconds_bucket{") else { continue }
      let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
      guard quoted.count >= 3, let count = Double(line.split(separator: " ").last ?? "") else { continue }
      buckets.append((quoted[1] == "+Inf" ? .infinity : Double(quoted[1]) ?? .infinity, count))
    }
    guard !buckets.isEmpty else { return nil }
  }

  /// Queries answered.
  var count: Int { Int(buckets.last?.count ?? 0) }

  /// The latency in ms that a fraction of the queries stays below, interpolated within its bucket; nil without queries.
  func quantile_ms(_ fraction: Double) -> Double? {
    guard let total = buckets.last?.count, total > 0 else { return nil }
    let rank = fraction * total
    var below: (bound: Double, count: Double) = (0, 0)
    for bucket in buckets {
      if bucket.count >= rank, bucket.count > below.count {
        guard bucket.bound.isFinite else { return below.bound * 1e3 }
        let share = (rank - below.count) / (bucket.count - below.count)
        return (below.bound + share * (bucket.bound - below.bound)) * 1e3
      }
      below = bucket
    }
    return below.bound * 1e3
  }
}
