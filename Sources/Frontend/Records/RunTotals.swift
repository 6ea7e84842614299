/// What `frontend.json` says of a whole run.
struct RunTotals: Equatable {
  /// Jobs queued again because their instance left.
  var requeued = 0
  var workersLost = 0
  /// Queries that came in, refused ones included.
  var queries = 0
  /// Rows of codes.csv.
  var codes = 0
  /// CPU time of this process from the first query to the last reply, by the number of queries; nil without queries.
  var cpu_us_per_query: Double?
  /// The most memory this process had resident.
  var max_rss_kb = 0

  var json: String {
    let cpu = cpu_us_per_query.map { "\(($0 * 100).rounded() / 100)" } ?? "null"
    return """
      {"requeued":\(requeued),"workers_lost":\(workersLost),"queries":\(queries),"codes":\(codes),\
      "cpu_us_per_query":\(cpu),"max_rss_kb":\(max_rss_kb)}

      """
  }
}
