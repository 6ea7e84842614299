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
