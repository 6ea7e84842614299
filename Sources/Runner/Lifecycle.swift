import CloudUtil
import Foundation

/// The order of an experiment: config -> trials -> fleet -> deployment -> records -> summary -> report.
///
/// Each arrow is a value. What a trial is (`provenance.json`), what was started for it (`deployment.txt`), its records and
/// its summary are written to its folder before the next stage begins, so that a stage can be run again from them.
struct Lifecycle {
  let invocation: Invocation
  let options: RunOptions
  let results: Results
  let machinery: Machinery
  let progress: Progress
  /// The state of the sources, where they are no checkout themselves.
  var git: Provenance.Git?
  /// Of a detached run.
  var reporter: RunReporter?

  /// Runs every trial of the sweep that is not finished, and prints each one's tables.
  static func run(_ invocation: Invocation, options: RunOptions, results: Results) async throws {
    try await interruptible {
      let machinery = try await Machinery.local(
        options.engine, for: FleetSpec(invocation.sweep, of: invocation.experiment),
        installation: invocation.installation)
      let lifecycle = Lifecycle(
        invocation: invocation, options: options, results: results, machinery: machinery, progress: Progress())
      try await lifecycle.run()
    }
  }

  func run() async throws { try await run { try results.show(path: $0, $1) } }

  /// - Parameter show: is told the path and the summary of each trial after it.
  func run(show: (String, Summary) throws -> Void) async throws {
    if let remark = machinery.remark { progress.note(remark) }
    let preparation = try await prepare()
    var invalid = 0
    for (measurement, isFinished) in preparation.measurements {
      try reporter?.begin(trial: measurement.trial.index)
      let summary: Summary
      if isFinished {
        progress.note(
          "\(label(measurement.trial)): finished before, not run again (\(preparation.overwrite?.again ?? "--overwrite runs it again"))"
        )
        summary = try Analysis.analyze(folder: measurement.folder.url)
      } else {
        summary = try await measure(
          measurement, sweep: preparation.overwrite?.sweep, links: preparation.links)
      }
      progress.clear()
      try show(measurement.path, summary)
      if summary.verdict == .invalid { invalid += 1 }
    }
    preparation.overwrite?.remove()
    if invalid > 0, options.strict {
      throw Failure(exitCode: .results, "\(invalid) of \(preparation.measurements.count) trials are INVALID (--strict)")
    }
  }

  /// Deploys, drives, collects and analyses one trial; its folder is whole afterwards, or lies aside with what there is.
  private func measure(_ measurement: Measurement, sweep: String?, links: LinkGround?) async throws -> Summary {
    let (trial, folder) = (measurement.trial, measurement.folder)
    let (hadRest, lock) = try await onThread { try folder.begin() }
    defer { lock.release() }
    if hadRest { progress.note("discarded the rest of an unfinished attempt: \(measurement.path).partial") }
    try await provenance(measurement, sweep: sweep).write(to: folder.partial)
    var lengths = ScheduleLengths(files: FileCheck(locator: invocation.file.locator))
    let faults = FaultPlan(trial, load_s: try lengths.length_s(of: trial))
    // Components with a network of their own do not reach this host at 127.0.0.1.
    let isReached = machinery.fleet[Role("frontend")].first.map { !$0.address.hasPrefix("127.") } ?? false
    let placement = try Placement(
      machinery.fleet,
      frontendAt: measurement.link?.gateway ?? (faults.hasLinks && !isReached ? links?.address : nil))
    var deployment = Deployment(
      trial: trial, assets: measurement.assets, faults: faults, placement: placement,
      tag: ProcessTag(experiment: trial.experimentID, run: randomHex(bytes: 6)),
      redis: try RedisService(address: placement.frontend.address),
      linkSecret: Secret(randomHex(bytes: 24)), packaging: machinery.packaging,
      limits: Dictionary(options.limits.map { ($0.role, $0.limits) }) { first, _ in first },
      folder: folder.partial, port: options.port, isMeasuringRealtime: machinery.isMeasuringRealtime,
      usesGPU: measurement.environment.device == "gpu", link_mbit: measurement.link?.mbit)
    // Netem would take the place of what gives a link its rate.
    deployment.workersDelay = links.map { !$0.canDelay || measurement.link != nil } ?? false
    try deployment.choosePorts()
    let background = try backgroundLoad(of: deployment)
    deployment.backgroundHosts = background?.hosts ?? []
    try deployment.write(to: folder.partial, with: background?.services ?? [])
    let run = TrialRun(
      deployment: deployment, engine: machinery.engine, transport: machinery.transport,
      progress: progress, label: label(trial),
      kind: machinery.engineName == "process" ? "processes" : "containers",
      status: reporter?.reading,
      background: background)
    let files = HostFiles(deployment.hosts)
    try await files.makeFolder(folder.partial)
    var costs: TrialCosts
    do {
      costs = try await run.run()
    } catch {
      if await files.collect(deployment, background).isEmpty { await files.removeFolder(folder.partial) }
      if (try? Analysis.collect(trial: trial, folder: folder.partial)) != nil {
        progress.note("\(label(trial)): records so far are in \(measurement.path).partial")
      }
      throw error
    }
    let missing = await files.collect(deployment, background)
    guard missing.isEmpty else {
      throw Failure(exitCode: .experiment, "\(label(trial)): \(missing.joined(separator: "\n"))")
    }
    await files.removeFolder(folder.partial)
    let collected = ContinuousClock.now
    try Analysis.collect(trial: trial, folder: folder.partial)
    try ResultFolder.dropRawRecords(in: folder.partial)
    try background?.collect()
    if let background { try BackgroundRecord(problems: background.problems).write(to: folder.partial) }
    var summary = try Analysis.analyze(
      trial: trial, folder: folder.partial, fingerprint: measurement.fingerprint,
      environment: measurement.environment, costs: costs)
    costs.analyze_s = (ContinuousClock.now - collected) / .seconds(1)
    summary.costs.analyze_s = costs.analyze_s
    try summary.write(to: folder.partial)
    try await Archive.write(of: folder.partial, shell: machinery.shell)
    try await onThread { try folder.finish() }
    return summary
  }
}
