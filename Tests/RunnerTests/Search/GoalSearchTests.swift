import Foundation
import Serving
import Statistics
import Testing

@testable import Runner

@Suite("The search for a goal")
struct GoalSearchTests {
  private static let goal = LatencyGoal(metric: .p99, latency: .e2e, below_ms: 100)

  /// A trial whose every latency is `latency_ms`.
  private func summary(
    _ latency_ms: Double, invalid: [String] = [], overloaded: Bool = false
  ) throws -> Summary {
    var summary = try Summary.sample(.sample(20) { _ in latency_ms })
    (summary.verdict, summary.reasons) = (invalid.isEmpty ? .valid : .invalid, invalid)
    summary.overloaded = overloaded
    return summary
  }

  private let late = ["queries were sent late: p99 2.00 ms, allowed 1.00 ms"]
  private let unanswered = ["3 queries have no answer (the first is query 7)"]

  @Test("takes a trial for what it says: met, missed, or nothing")
  func answers() throws {
    let goal = Self.goal
    #expect(goal.answer(of: try summary(99)) == .met)
    #expect(goal.answer(of: try summary(100)) == .missed)
    #expect(goal.answer(of: try summary(5, overloaded: true)) == .missed)
    #expect(goal.answer(of: try summary(5, invalid: late)) == .invalid)
    #expect(goal.answer(of: try summary(5, invalid: late, overloaded: true)) == .invalid)
    #expect(goal.answer(of: try summary(5, invalid: unanswered)) == .invalid)
    #expect(goal.answer(of: try summary(5, invalid: unanswered, overloaded: true)) == .missed)
    #expect(goal.answer(of: try summary(5, invalid: unanswered + late, overloaded: true)) == .invalid)
  }

  @Test("lets most trials of a rate decide, and nothing where INVALID ones leave it open")
  func majority() throws {
    let (met, missed, invalid) = (try summary(5), try summary(500), try summary(5, invalid: late))
    let cases: [([Summary], LatencyGoal.Answer)] = [
      ([met], .met), ([missed], .missed), ([invalid], .invalid), ([met, met, missed], .met),
      ([met, missed, missed], .missed), ([met, missed], .missed), ([met, met, invalid], .met),
      ([missed, missed, invalid], .missed), ([met, missed, invalid], .invalid), ([met, invalid, invalid], .invalid),
    ]
    for (summaries, answer) in cases { #expect(Self.goal.answer(of: summaries) == answer) }
  }

  @Test("reads every metric of either latency")
  func metrics() throws {
    let records: [QueryRecord] = .sample(2001) { Double($0) }
    let summary = try Summary.sample(records)
    let expected: [(LatencyMetric, LatencyKind, Double)] = [
      (.median, .e2e, 1000), (.mean, .e2e, 1000), (.p99, .e2e, 1980), (.p99_5, .e2e, 1990), (.p99_9, .e2e, 1998),
      (.gap, .e2e, 998), (.median, .client, 1001), (.gap, .client, 998),
    ]
    for (metric, kind, value) in expected {
      let found = LatencyGoal(metric: metric, latency: kind, below_ms: 1).value_ms(of: summary)
      #expect(abs((found ?? 0) - value) < 1e-6, "\(metric) \(kind)")
    }
  }

  @Test("finds the rate of a system whose latency grows with it, measuring each repetition")
  func found() async throws {
    var search = GoalSearch(goal: Self.goal, mode: .coded, repetitions: 3, search: RateSearch(from: [50, 400]))
    var probes: [RateProbe] = []
    var steps: [GoalSearch.Step] = []
    let outcome = try await search.run { probe in
      probes.append(probe)
      return try probe.repetitions.map { _ in try summary(probe.rate / 2) }
    } show: {
      steps.append($0)
    }
    guard case .found(let bracket) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(bracket.meets < 200 && 200 <= bracket.misses && bracket.misses / bracket.meets <= 1.05)
    #expect(probes.allSatisfy { $0.mode == .coded && $0.repetitions == [0, 1, 2] && $0.attempt == 0 })
    #expect(steps.map(\.rate) == probes.map(\.rate))
    #expect(steps.map(\.answer) == steps.map { $0.rate < 200 ? .met : .missed })
  }

  @Test("measures what was INVALID again, it alone, and goes on")
  func repeated() async throws {
    var search = GoalSearch(goal: Self.goal, mode: .equal, repetitions: 3, search: RateSearch(from: [50, 400]))
    var again: [RateProbe] = []
    let outcome = try await search.run { probe in
      if probe.attempt > 0 { again.append(probe) }
      // The second repetition is INVALID at first, always.
      return try probe.repetitions.map {
        try summary(probe.rate / 2, invalid: $0 == 1 && probe.attempt == 0 ? late : [])
      }
    } show: { step in
      #expect(step.repeated == 1 && step.summaries.count == 3)
      #expect(step.summaries.allSatisfy { $0.verdict == .valid })
    }
    guard case .found = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(!again.isEmpty && again.allSatisfy { $0.repetitions == [1] && $0.attempt == 1 })
  }

  @Test("gives up on what stays INVALID, and says at which rate and why")
  func givesUp() async throws {
    var search = GoalSearch(goal: Self.goal, mode: .equal, repetitions: 2, search: RateSearch(from: [50, 400]))
    var attempts: [Int] = []
    let outcome = try await search.run { probe in
      if probe.rate == 400 { attempts.append(probe.attempt) }
      return try probe.repetitions.map { _ in try summary(5, invalid: probe.rate == 400 ? late : []) }
    } show: { _ in
    }
    #expect(outcome == .cannotTell(rate: 400, attempts: 3, reasons: late + late))
    #expect(attempts == [0, 1, 2])
    #expect(
      SearchReport.text(outcome).contains("cannot tell: trials at 400/s stayed INVALID after 3 attempts: queries were"))
  }

  @Test("simulates an INVALID trial once, since it would come out the same, and gives no advice to measure it again")
  func onceSimulated() async throws {
    let experiment = try SimulatedMeasuresTests.sweep(["send_rates": "[50]", "num_trials": "1"]).experiment
    let options = Lifecycle.SearchOptions(goal: Self.goal, modes: [.none], resolution: 1)
    var probes: [RateProbe] = []
    var failure: Failure?
    do {
      try await Lifecycle.search(
        experiment, for: options, isStrict: false, attempts: 1, results: .json, progress: Progress()
      ) { probe in
        probes.append(probe)
        return [try summary(5, invalid: late)]
      }
    } catch let error as Failure {
      failure = error
    }
    #expect(probes.map(\.attempt) == [0])
    #expect(
      failure?.description
        == "none: cannot tell: trials at 50/s are INVALID: \(late[0])\nMake the load lighter.")
  }

  @Test("ends with 73 under --strict where something was INVALID, though it was measured again, and only then")
  func strict() async throws {
    let experiment = try SimulatedMeasuresTests.sweep(["send_rates": "[50, 400]", "num_trials": "2"]).experiment
    let options = Lifecycle.SearchOptions(goal: Self.goal, modes: [.none], resolution: 1)
    for (isStrict, isInvalid) in [(false, true), (true, false), (true, true)] {
      let measure: RateProbe.Measure = { probe in
        try probe.repetitions.map { repetition in
          let isFirst = isInvalid && probe.rate == 50 && probe.attempt == 0 && repetition == 0
          return try summary(probe.rate / 2, invalid: isFirst ? late : [])
        }
      }
      var failure: Failure?
      do {
        try await Lifecycle.search(
          experiment, for: options, isStrict: isStrict, results: .json, progress: Progress(), measure: measure)
      } catch let error as Failure {
        failure = error
      }
      #expect((failure == nil) == !(isStrict && isInvalid))
      #expect(
        failure == nil || failure?.exitCode == .results && failure?.description.hasPrefix("1 INVALID trial ") == true)
    }
  }

  @Test("says so when every rate meets the goal, and when none does")
  func ends() async throws {
    for (latency_ms, end) in [(5.0, GoalSearch.Outcome.above(rate: 51_200)), (500, .below(rate: 50.0 / 16))] {
      var search = GoalSearch(goal: Self.goal, mode: .none, repetitions: 1, search: RateSearch(from: [50]))
      let outcome = try await search.run { probe in
        try probe.repetitions.map { _ in try summary(latency_ms) }
      } show: { _ in
      }
      #expect(outcome == end)
    }
  }

  @Test("reads a bound with its unit, and nothing else")
  func bounds() {
    #expect(LatencyBound("100ms")?.ms == 100 && LatencyBound("0.5s")?.ms == 500 && LatencyBound("800us")?.ms == 0.8)
    for text in ["100", "ms", "-1ms", "0s", "nans", "infs", "1 ms", "1m", ""] {
      #expect(LatencyBound(text) == nil, "\(text)")
    }
    #expect(Resolution(argument: "5%")?.fraction == 0.05 && Resolution.standard.description == "5%")
    for text in ["5", "0%", "101%", "-1%", "nan%", "%"] { #expect(Resolution(argument: text) == nil, "\(text)") }
  }

  @Test("shows a rate in a line")
  func line() throws {
    let report = SearchReport(goal: Self.goal, results: .blocks)
    let summaries = [try summary(41.25), try summary(300, overloaded: true)]
    let step = GoalSearch.Step(rate: 262.5, answer: .missed, summaries: summaries, repeated: 1)
    #expect(report.text(step) == "262.5/s\tmissed\tp99 41.25, 300.00 ms, 1 overloaded, 1 INVALID repeated")
    let found = SearchReport.text(.found(RateSearch.Bracket(meets: 312, misses: 320.5)))
    #expect(found == "312/s meets it, 320.5/s does not")
  }
}
