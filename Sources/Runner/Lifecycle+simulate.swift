import CloudUtil
import Foundation

// The same sweep in virtual time.
extension Lifecycle {
  /// Simulates every trial that is not finished and prints each one's tables, in the order of the sweep.
  /// - Parameter invocations: the experiment, once for each number of hosts.
  static func simulate(
    _ invocations: [Invocation], options: SimulationOptions, results: Results, showsScales: Bool
  ) async throws {
    let summaries = try await interruptible {
      try await simulated(invocations, options: options) { try results.show(path: $0, $1) }
    }
    if showsScales, results == .blocks {
      try Console.show(HostScaling.table(summaries).map { $0 + "\n" }.joined())
    }
    let invalid = summaries.count { $0.verdict == .invalid }
    if invalid > 0, options.strict {
      throw Failure(exitCode: .results, "\(invalid) of \(summaries.count) trials are INVALID (--strict)")
    }
  }

  /// Simulates every trial that is not finished.
  /// - Parameter show: is told the path and the summary of each trial, in the order of the sweep.
  static func simulated(
    _ invocations: [Invocation], options: SimulationOptions, show: @escaping (String, Summary) throws -> Void
  ) async throws -> [Summary] {
    let measured = try options.serviceTimes.map { try MeasuredServiceTimes(path: $0) }
    var digests = FileDigests()
    var measurements: [SimulatedMeasurement] = []
    for invocation in invocations {
      let hosts = invocation.mostInstances
      for trial in invocation.sweep.trials {
        measurements.append(
          try SimulatedMeasurement(
            trial, of: invocation, hosts: hosts, options: options, measured: measured, digests: &digests))
      }
    }
    let progress = Progress()
    if let measured, invocations.contains(where: { !$0.experiment.slowdowns.isEmpty }) {
      progress.note(
        "slowdowns come on top of the times in \(measured.path); if those have them already: --set slowdowns='[]'")
    }
    let places = measurements.map(\.place)
    try await onThread { for place in places { _ = try place.folder.recover() } }
    let root = invocations.first.map { $0.results.folder(ofExperiment: $0.experiment.experimentID) }
    let overwrite = options.overwrite ? try root.map { try OverwriteMark(places, in: $0) } : nil
    let finished = try places.map { try $0.isFinished(overwrite: overwrite) }
    let missing = zip(measurements, finished).filter { !$1 }.map(\.0)
    let width = try SimulationMemory.now().trialsInParallel(
      missing.map(\.place.trial), asked: options.trialsInParallel,
      cores: ProcessInfo.processInfo.activeProcessorCount, withRows: options.withRows)
    try overwrite?.write()
    if !missing.isEmpty {
      let trials = missing.count == 1 ? "1 trial" : "\(missing.count) trials"
      progress.note("simulating \(trials), up to \(width) at a time")
    }
    let sweep = SimulatedSweep(
      measurements: measurements, isFinished: finished, withRows: options.withRows, width: width,
      provenance: try await provenance(overwrite: overwrite?.sweep))
    let summaries = try await sweep.run { index, summary in
      let place = sweep.measurements[index].place
      if sweep.isFinished[index] {
        let records = place.folder.url.appending(path: "records.csv").path
        let lacking = options.withRows && !FileManager.default.fileExists(atPath: records) ? " without records" : ""
        Console.tell("\(place.path): finished before\(lacking), not simulated again (--overwrite does)\n")
      }
      try show(place.path, summary)
    }
    overwrite?.remove()
    return summaries
  }

  /// What is known of every trial's origin, before it is known which trial.
  private static func provenance(
    overwrite sweep: String?
  ) async throws -> @Sendable (SimulatedMeasurement) throws -> Provenance {
    let started = Date.now.ISO8601Format()
    let root = try Installation.current().root
    let git = await Provenance.Git.state(of: URL(filePath: root), shell: LocalShell())
    return { measurement in
      let invocation = measurement.invocation
      return Provenance(
        config: String(decoding: try invocation.file.bytes(), as: UTF8.self), overrides: invocation.overrides,
        trial: measurement.place.trial, seed: invocation.experiment.seed, environment: measurement.place.environment,
        machine: .this, worker_scheduling: "simulated", images: [:], git: git, started: started,
        command: CommandLine.arguments, sweep: sweep)
    }
  }
}
