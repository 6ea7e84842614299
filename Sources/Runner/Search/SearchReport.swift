import Foundation
import Serving

/// What `search` prints: each rate as it is known, then the rates of all modes.
struct SearchReport: Sendable {
  var goal: LatencyGoal
  var results: Results

  /// A mode's search begins.
  func begin(_ mode: RedundancyMode) throws {
    if case .blocks = results { try Console.show("\(mode.rawValue): the highest rate with \(goal.text)\n") }
  }

  func show(_ step: GoalSearch.Step, of mode: RedundancyMode) throws {
    switch results {
    case .blocks: try Console.show("  \(text(step))\n")
    case .json: try Results.show(StepRecord(mode: mode, goal: goal, step: step))
    }
  }

  func show(_ outcome: GoalSearch.Outcome, of mode: RedundancyMode) throws {
    switch results {
    case .blocks: try Console.show("\(mode.rawValue): \(Self.text(outcome))\n\n")
    case .json: try Results.show(OutcomeRecord(mode: mode, outcome: outcome))
    }
  }

  /// `240/s  met     p99 41.20, 43.75, 40.02 ms`.
  func text(_ step: GoalSearch.Step) -> String {
    let values = step.summaries.map { goal.value_ms(of: $0).map { String(format: "%.2f", $0) } ?? "none" }
    let overloaded = step.summaries.count(where: \.overloaded)
    let remarks = [
      overloaded > 0 ? ", \(overloaded) overloaded" : "",
      step.repeated > 0 ? ", \(step.repeated) INVALID repeated" : "",
    ]
    return "\(Number.text(step.rate))/s\t\(step.answer.rawValue)\t\(goal.metric.rawValue) "
      + "\(values.joined(separator: ", ")) ms\(remarks.joined())"
  }

  static func text(_ outcome: GoalSearch.Outcome) -> String {
    switch outcome {
    case .found(let bracket):
      "\(Number.text(bracket.meets))/s meets it, \(Number.text(bracket.misses))/s does not"
    case .above(let rate): "\(Number.text(rate))/s meets it, and no higher rate was tried; give higher send_rates"
    case .below(let rate): "no rate meets it: \(Number.text(rate))/s, the lowest that was tried, does not"
    case .cannotTell(let rate, let attempts, let reasons):
      "cannot tell: trials at \(Number.text(rate))/s "
        + (attempts == 1 ? "are INVALID: " : "stayed INVALID after \(attempts) attempts: ")
        + Set(reasons).sorted().joined(separator: "; ")
    }
  }
}

/// A rate, for machines.
private struct StepRecord: Encodable {
  var mode: String
  var rate_per_s: Double
  var answer: LatencyGoal.Answer
  var metric: LatencyMetric
  var latency: LatencyKind
  var below_ms: Double
  /// Of each repetition.
  var values_ms: [Double?]
  var verdicts: [Verdict]
  var overloaded: [Bool]
  var repeated: Int

  init(mode: RedundancyMode, goal: LatencyGoal, step: GoalSearch.Step) {
    self.mode = mode.rawValue
    (rate_per_s, answer, repeated) = (step.rate, step.answer, step.repeated)
    (metric, latency, below_ms) = (goal.metric, goal.latency, goal.below_ms)
    values_ms = step.summaries.map { goal.value_ms(of: $0) }
    verdicts = step.summaries.map(\.verdict)
    overloaded = step.summaries.map(\.overloaded)
  }
}

/// The end of a mode's search, for machines.
private struct OutcomeRecord: Encodable {
  var mode: String
  /// `found`, `above` (every rate met it), `below` (none did) or `cannot_tell`.
  var outcome: String
  /// The highest rate known to meet the goal, and the lowest above it known to miss it.
  var meets_per_s: Double?
  var misses_per_s: Double?
  var reasons: [String] = []

  init(mode: RedundancyMode, outcome: GoalSearch.Outcome) {
    self.mode = mode.rawValue
    switch outcome {
    case .found(let bracket):
      self.outcome = "found"
      (meets_per_s, misses_per_s) = (bracket.meets, bracket.misses)
    case .above(let rate): (self.outcome, meets_per_s) = ("above", rate)
    case .below(let rate): (self.outcome, misses_per_s) = ("below", rate)
    case .cannotTell(_, _, let reasons): (self.outcome, self.reasons) = ("cannot_tell", reasons)
    }
  }
}
