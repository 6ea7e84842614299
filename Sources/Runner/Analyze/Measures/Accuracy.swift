import Serving

/// The fraction of labelled measured queries whose answer names the label, by where the answer came from. Nil where no
/// labelled query was answered so. Refused and unanswered queries are not in it; the verdict tells of them.
struct Accuracy: Codable, Equatable, Sendable {
  /// Of all answers; a default output names nothing and is wrong.
  var all: Double?
  var own: Double?
  var reconstructed: Double?

  /// Nil if no query has a label.
  init?(_ records: [QueryRecord]) {
    let labelled = records.filter { !$0.isWarmup && $0.label != nil }
    guard !labelled.isEmpty else { return nil }
    let answered = labelled.filter(\.isAnswered)
    all = Accuracy.fraction(answered)
    own = Accuracy.fraction(answered.filter { $0.source == .own })
    reconstructed = Accuracy.fraction(answered.filter { $0.source == .reconstructed })
  }

  private static func fraction(_ answered: [QueryRecord]) -> Double? {
    guard !answered.isEmpty else { return nil }
    return Double(answered.count { $0.label == $0.predicted }) / Double(answered.count)
  }

  /// Every key, null where there is no number.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(all, forKey: .all)
    try container.encode(own, forKey: .own)
    try container.encode(reconstructed, forKey: .reconstructed)
  }
}
