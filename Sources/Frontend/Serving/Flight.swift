import Serving

/// A query between its arrival and its release.
struct Flight {
  /// Who waits for the answer; nil once it is given.
  var sender: (any AnswerTaking)?
  /// The sender's number of it, or ours.
  var number: Int
  var phase: Phase
  var arrived: Instant
  /// Where its record is, if there are records.
  var row: Int?
  /// Why its own instance has no output, or why none could be reconstructed.
  var failure: String?
}

/// Who sent a query: takes one answer or one refusal, also when it has gone meanwhile.
protocol AnswerTaking: AnyObject {
  func take(_ answer: Answer)
  func take(_ refusal: Refusal)
}
