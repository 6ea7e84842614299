import Serving

/// Every query and every code of a run, kept in memory until the end.
struct Records {
  private(set) var queries: [QueryRecord] = []
  private(set) var codes: [CodeRecord] = []

  /// - Parameter queries: so many are expected; room for them is made now, not in the middle of a measurement.
  init(queries count: Int) {
    queries.reserveCapacity(count)
    codes.reserveCapacity(count)
  }

  /// Begins a query's row.
  /// - Returns: where it is.
  mutating func begin(_ record: QueryRecord) -> Int {
    queries.append(record)
    return queries.count - 1
  }

  mutating func change(_ row: Int, _ change: (inout QueryRecord) -> Void) { change(&queries[row]) }

  mutating func add(_ code: CodeRecord) { codes.append(code) }
}
