/// What became of a query; Unix nanoseconds.
struct Outcome: Equatable, Sendable {
  /// When its first bytes were handed to a connection; nil: it was never sent.
  var sent_ns: Int64?
  /// When its reply was complete; nil: none came.
  var received_ns: Int64?
  /// The reply's HTTP status.
  var status: UInt16?
  /// The index of the largest output.
  var predicted: Int32?
}

/// A query that is to be sent: what the schedule says about it.
struct PlannedQuery: Equatable, Sendable {
  /// The query's number in the trial, over all clients.
  var query: Int
  /// From the start of the schedule.
  var offset_ns: Int64
  /// Which sample it carries.
  var sample: Int
  /// Sent and dropped: the system is not warm yet.
  var isWarmup: Bool
}
