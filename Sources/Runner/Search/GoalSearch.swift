import Serving

/// The search for the highest rate at which one mode meets a goal: what to measure, and what it says. Where trials come
/// from is not known here.
struct GoalSearch: Sendable {
  let goal: LatencyGoal
  let mode: RedundancyMode
  /// Of each rate.
  let repetitions: Int
  private(set) var search: RateSearch

  /// How often a trial is measured before the search gives up on an INVALID one.
  let attempts: Int

  /// Of what is measured; what is simulated comes out the same again.
  static let measuredAttempts = 3

  init(
    goal: LatencyGoal, mode: RedundancyMode, repetitions: Int, search: RateSearch,
    attempts: Int = GoalSearch.measuredAttempts
  ) {
    (self.goal, self.mode, self.repetitions, self.search) = (goal, mode, repetitions, search)
    self.attempts = attempts
  }

  /// What became of one rate.
  struct Step: Equatable, Sendable {
    var rate: Double
    var answer: LatencyGoal.Answer
    /// A repetition each, the last attempt at it.
    var summaries: [Summary]
    /// INVALID trials that were measured again.
    var repeated: Int
  }

  enum Outcome: Equatable, Sendable {
    case found(RateSearch.Bracket)
    case above(rate: Double)
    case below(rate: Double)
    /// Trials of the rate stayed INVALID in each of so many attempts, for these reasons.
    case cannotTell(rate: Double, attempts: Int, reasons: [String])
  }

  /// - Parameter show: is told of each rate as it is known.
  mutating func run(measure: RateProbe.Measure, show: (Step) throws -> Void) async throws -> Outcome {
    while true {
      switch search.next {
      case .found(let bracket): return .found(bracket)
      case .above(let rate): return .above(rate: rate)
      case .below(let rate): return .below(rate: rate)
      case .measure(let rate):
        let step = try await step(at: rate, measure: measure)
        try show(step)
        guard step.answer != .invalid else {
          let reasons = step.summaries.filter { goal.answer(of: $0) == .invalid }.flatMap(\.reasons)
          return .cannotTell(rate: rate, attempts: attempts, reasons: reasons)
        }
        search.record(rate, meets: step.answer == .met)
      }
    }
  }

  private func step(at rate: Double, measure: RateProbe.Measure) async throws -> Step {
    var summaries: [Int: Summary] = [:]
    var missing = Array(0..<repetitions)
    var repeated = 0
    for attempt in 0..<attempts where !missing.isEmpty {
      if attempt > 0 { repeated += missing.count }
      let probe = RateProbe(rate: rate, mode: mode, repetitions: missing, attempt: attempt)
      for (repetition, summary) in zip(missing, try await measure(probe)) { summaries[repetition] = summary }
      missing = missing.filter { repetition in summaries[repetition].map { goal.answer(of: $0) == .invalid } ?? true }
    }
    let known = (0..<repetitions).compactMap { summaries[$0] }
    return Step(rate: rate, answer: goal.answer(of: known), summaries: known, repeated: repeated)
  }
}
