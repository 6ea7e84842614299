/// How far the end of a run has come.
struct Ending {
  /// Queries after which the policy drains; nil: not ordered, or done.
  var awaitedQueries: Int?
  /// Ordered to finish, once no work is in progress.
  var isFinishing = false
  var areRecordsWritten = false
}
