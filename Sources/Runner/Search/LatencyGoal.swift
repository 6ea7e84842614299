import Statistics

/// What a rate has to meet: a latency metric below a bound, by a system that keeps up.
struct LatencyGoal: Equatable, Sendable {
  var metric: LatencyMetric
  var latency: LatencyKind
  var below_ms: Double

  /// What a trial says of the goal.
  enum Answer: String, Codable, Sendable { case met, missed, invalid }

  /// A system that is overloaded misses it, whatever the latency so far: it would grow. That holds as well where the
  /// measurement is INVALID for nothing but queries that such a system refused or never answered.
  func answer(of summary: Summary) -> Answer {
    if summary.verdict == .invalid {
      return summary.overloaded && Verdict.isOnlyOfUnanswered(summary.reasons) ? .missed : .invalid
    }
    guard !summary.overloaded, let value_ms = value_ms(of: summary) else { return .missed }
    return value_ms < below_ms ? .met : .missed
  }

  /// What most of a rate's trials say; `invalid` if those that are not leave it open.
  func answer(of summaries: [Summary]) -> Answer {
    let answers = summaries.map { answer(of: $0) }
    if 2 * answers.count(where: { $0 == .met }) > answers.count { return .met }
    return 2 * answers.count(where: { $0 == .missed }) >= answers.count ? .missed : .invalid
  }

  /// Nil without an answered query.
  func value_ms(of summary: Summary) -> Double? { latency.sample(of: summary).map(metric.value) }

  /// `p99 of e2e latency below 100 ms`.
  var text: String { "\(metric.name) of \(latency.rawValue) latency below \(Number.text(below_ms)) ms" }
}

/// A bound on latency on the command line: `100ms`, `0.5s`.
struct LatencyBound: Equatable, Sendable {
  static let rule = "a time > 0 with its unit, as in 100ms, 0.5s or 800us"

  var ms: Double

  init?(_ text: String) {
    let units = [("ms", 1.0), ("us", 0.001), ("s", 1000.0)]
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
      let value = Double(text.dropLast(unit.count)), value.isFinite, value > 0
    else { return nil }
    ms = value * factor
  }
}
