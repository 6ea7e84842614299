import Serving

/// Every query and every code of a run, kept in memory until the end.
struct Records {
  private(set) var queries: [QueryRecord] = []
  private(set) var codes: [CodeRecord] = []

  /// Begins a query's row.
  /// - Returns: where it is.
  mutating func begin(_ record: QueryRecord) -> Int {
    queries.append(record)
    return queries.count - 1
  }

  mutating func change(_ row: Int, _ change: (inout QueryRecord) -> Void) { change(&queries[row]) }

  mutating func add(_ code: CodeRecord) { codes.append(code) }
}
