import CloudUtil
import Serving

// The highest rate that meets a goal, by trials that are measured as the search asks for them.
extension Lifecycle {
  /// What `search` is asked for.
  struct SearchOptions: Sendable {
    var goal: LatencyGoal
    /// In this order.
    var modes: [RedundancyMode]
    /// How far the two ends of the result may be apart, as a part of the lower one.
    var resolution: Double
  }

  /// Searches on this machine, mode by mode. Its trials lie where those of a launch at their rates would, and finished
  /// ones are not measured again.
  /// - Throws: `Failure` (config) if the experiment has several points beside its rates and modes; (results) if INVALID
  ///   trials leave a mode open.
  static func search(
    _ invocation: Invocation, for search: SearchOptions, options: RunOptions, results: Results
  ) async throws {
    try checkSearchable(invocation.experiment)
    try await interruptible {
      var experiment = invocation.experiment
      experiment.redundancyModes = search.modes
      let machinery = try await Machinery.local(
        options.engine, for: FleetSpec(Sweep(experiment), of: experiment), installation: invocation.installation)
      let progress = Progress()
      if let remark = machinery.remark { progress.note(remark) }
      try await Self.search(
        experiment, for: search, isStrict: options.strict, results: results, progress: progress
      ) { probe in
        try await measure(
          probe, of: invocation, options: options, results: results, machinery: machinery, progress: progress)
      }
    }
  }

  /// Searches by simulated trials.
  /// - Throws: as the search on this machine.
  static func search(
    _ invocation: Invocation, for search: SearchOptions, simulating options: SimulationOptions, results: Results
  ) async throws {
    try checkSearchable(invocation.experiment)
    try await interruptible {
      try await Self.search(
        invocation.experiment, for: search, isStrict: options.strict, attempts: 1, results: results,
        progress: Progress()
      ) { probe in
        try await simulated([invocation.narrowed(to: probe)], options: options) { _, _ in }
      }
    }
  }

  /// Searches mode by mode, wherever trials come from, and prints each rate as it is known.
  /// - Parameters:
  ///   - isStrict: what was INVALID counts though it was measured again.
  ///   - attempts: how often a trial is measured while it is INVALID; 1 where it would come out the same.
  /// - Throws: `Failure` (results) if INVALID trials leave a mode open, or count, once all modes have been searched.
  static func search(
    _ experiment: Experiment, for search: SearchOptions, isStrict: Bool, attempts: Int = GoalSearch.measuredAttempts,
    results: Results, progress: Progress, measure: RateProbe.Measure
  ) async throws {
    let report = SearchReport(goal: search.goal, results: results)
    var (open, repeated): ([String], Int) = ([], 0)
    for mode in search.modes {
      var goalSearch = GoalSearch(
        goal: search.goal, mode: mode, repetitions: experiment.numTrials,
        search: RateSearch(from: experiment.sendRates, resolution: search.resolution), attempts: attempts)
      try report.begin(mode)
      let outcome = try await goalSearch.run(measure: measure) { step in
        progress.clear()
        repeated += step.repeated
        try report.show(step, of: mode)
      }
      try report.show(outcome, of: mode)
      if case .cannotTell = outcome { open.append("\(mode.rawValue): \(SearchReport.text(outcome))") }
    }
    guard open.isEmpty else {
      let again = attempts == 1 ? "" : ", or measure again with --final_dir NAME or --overwrite"
      throw Failure(exitCode: .results, "\(open.joined(separator: "\n"))\nMake the load lighter\(again).")
    }
    guard !isStrict || repeated == 0 else {
      throw Failure(
        exitCode: .results,
        "\(repeated) INVALID \(repeated == 1 ? "trial" : "trials") had to be repeated (--strict)")
    }
  }

  /// Measures the trials of a probe on this machine.
  private static func measure(
    _ probe: RateProbe, of invocation: Invocation, options: RunOptions, results: Results, machinery: Machinery,
    progress: Progress
  ) async throws -> [Summary] {
    var machinery = machinery
    // Told once, before the first.
    machinery.remark = nil
    var options = options
    // INVALID trials are the search's own affair.
    options.strict = false
    let lifecycle = Lifecycle(
      invocation: invocation.narrowed(to: probe), options: options, results: results, machinery: machinery,
      progress: progress)
    var summaries: [Summary] = []
    try await lifecycle.run { _, summary in summaries.append(summary) }
    return summaries
  }

  /// One load at each rate, or it would not be known whose rate was found.
  private static func checkSearchable(_ experiment: Experiment) throws {
    let lists: [(key: ExperimentKey, count: Int)] = [
      (.background_traffic, experiment.backgroundTraffic.count), (.batch_sizes, experiment.batchSizes.count),
      (.ec_k_val, experiment.kValues.count), (.queue_modes, experiment.queueModes.count),
    ]
    if let list = lists.first(where: { $0.count > 1 }) {
      throw Failure(
        exitCode: .config,
        "\(list.key.rawValue): found \(list.count) values; a search takes one: give it with --set \(list.key.rawValue)='[...]'"
      )
    }
    guard experiment.faults.isEmpty else {
      throw Failure(
        exitCode: .config,
        "faults: a search changes how long the load lasts, and with it which of them strike; leave them out with --set faults='[]'"
      )
    }
    if case .trace(let file) = experiment.arrivals {
      throw Failure(exitCode: .config, "arrivals: the trace \(file) keeps its own rate, so there is none to search for")
    }
  }
}

extension Invocation {
  /// The trials of a probe and no others, as if the experiment had been given with its rate and mode.
  func narrowed(to probe: RateProbe) -> Invocation {
    var narrowed = self
    narrowed.experiment.sendRates = [probe.rate]
    narrowed.experiment.redundancyModes = [probe.mode]
    narrowed.overrides += [
      "send_rates=[\(Number.text(probe.rate))]", "redundancy_modes=[\"\(probe.mode.rawValue)\"]",
    ]
    narrowed.sweep = Sweep(narrowed.experiment)
    narrowed.sweep.trials.removeAll { !probe.repetitions.contains($0.repetition) }
    for index in narrowed.sweep.trials.indices { narrowed.sweep.trials[index].index = index }
    narrowed.results.finalDir = RateProbe.finalDir(results.finalDir, attempt: probe.attempt)
    return narrowed
  }
}
