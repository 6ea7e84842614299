/// Where an answer came from.
public enum AnswerSource: String, Codable, CaseIterable, Sendable, BitwiseCopyable {
  /// The query's own instance of the base model.
  case own
  /// Decoded from a parity model's output and the other outputs of the group.
  case reconstructed
  /// The approximate model.
  case approximate
  /// A second copy of the query on another instance of the base model.
  case copy
  /// The default output, at the query's deadline.
  case `default`
  /// No output: the query was refused or its input could not be used.
  case failed
}
