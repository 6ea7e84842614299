import Serving

/// A run's raw records: each query whose instant came, in the order of the schedule.
struct QueryRecords: Sendable {
  /// The client's number in the experiment.
  var client: Int
  /// Unix nanoseconds of offset 0 of the plan.
  var start_ns: Int64
  var plan: [Schedule.Query]
  var samples: [Sample]
  /// One a query of the plan; shorter if the run was stopped.
  var outcomes: [Outcome]

  static let header = "query,client,sample,warmup,scheduled_ns,sent_ns,received_ns,status,label,predicted\n"

  /// Writes the rows and gives the file its name.
  func write(to file: RecordFile) throws {
    try file.append { $0.append(contentsOf: QueryRecords.header.utf8) }
    for (query, outcome) in zip(plan, outcomes) {
      try file.append { append(query, outcome, to: &$0) }
    }
    try file.commit()
  }

  private func append(_ query: Schedule.Query, _ outcome: Outcome, to row: inout [UInt8]) {
    let fields: [Int64?] = [
      Int64(query.query), Int64(client), Int64(query.sample), query.isWarmup ? 1 : 0,
      start_ns + query.offset.nanoseconds,
      outcome.sent_ns, outcome.received_ns, outcome.status.map(Int64.init), samples[query.sample].label.map(Int64.init),
      outcome.predicted.map(Int64.init),
    ]
    for (index, field) in fields.enumerated() {
      if index > 0 { row.append(UInt8(ascii: ",")) }
      if let field { row.append(contentsOf: String(field).utf8) }
    }
    row.append(UInt8(ascii: "\n"))
  }
}
