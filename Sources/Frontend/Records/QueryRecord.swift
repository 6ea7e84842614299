import Serving

/// One row of `frontend.csv`: what the frontend saw of a query. Nil where it does not apply or never happened.
struct QueryRecord: Equatable {
  /// The number that the client drew.
  var query: Int?
  var batch: Int?
  var group: Int?
  var arrived: Instant
  /// Its batch went to `worker`.
  var dispatched: Instant?
  /// Its own instance's answer came in.
  var own: Instant?
  /// A redundant answer was ready.
  var redundant: Instant?
  /// The reply was sent.
  var completed: Instant?
  var source: AnswerSource?
  var worker: UInt32?
  /// The largest value of the output in the reply.
  var predicted: Int?

  init(query: Int?, arrived: Instant) {
    self.query = query
    self.arrived = arrived
  }

  static let header =
    "query,batch,group,arrived_ns,dispatched_ns,own_ns,redundant_ns,completed_ns,source,worker,predicted"
}

/// One row of `codes.csv`: the time a code took.
struct CodeRecord: Equatable {
  enum Kind: String { case encode, decode }
  var group: GroupID
  var kind: Kind
  var started: Instant
  var duration: Duration

  static let header = "group,kind,started_ns,duration_ns"
}
