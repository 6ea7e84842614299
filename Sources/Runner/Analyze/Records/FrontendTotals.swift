/// `frontend.json`: what the frontend counted over the whole trial.
struct FrontendTotals: Codable, Equatable, Sendable {
  /// Batches queued again because their instance was lost.
  var requeued: Int
  var workers_lost: Int
  /// Taken in, refused ones included.
  var queries: Int
  /// Rows of codes.csv.
  var codes: Int?
  var cpu_us_per_query: Double?
  var max_rss_kb: Int?
}
