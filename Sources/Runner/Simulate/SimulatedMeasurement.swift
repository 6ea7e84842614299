import CloudUtil
import Foundation
import Simulation

/// One trial of a sweep, made ready to be simulated.
struct SimulatedMeasurement: Sendable {
  var invocation: Invocation
  var place: ResultPlace
  var trial: SimulatedTrial

  /// - Parameter hosts: of the largest trial of the sweep.
  /// - Throws: `Failure` if a service time is not known or a file of the experiment cannot be read.
  init(
    _ trial: Trial, of invocation: Invocation, hosts: Int, options: SimulationOptions, measured: MeasuredServiceTimes?,
    digests: inout FileDigests
  ) throws {
    self.invocation = invocation
    guard trial.totalQueries <= Int32.max else {
      throw Failure(
        exitCode: .config,
        "num_queries: a trial has \(trial.totalQueries) queries, warm-up included; allowed in a simulation: \(Int32.max)"
      )
    }
    let settings = SimulationSettings(
      networkDelay_ms: options.networkDelay_ms, link_mbit_per_s: options.link_mbit_per_s, isMeasured: measured != nil,
      hosts: trial.background == .shuffles(0) ? nil : hosts)
    let locator = invocation.file.locator
    self.trial = try SimulatedTrial(
      trial, settings: settings, measured: measured, installation: invocation.installation, locator: locator)
    var inputs: [String: String] = [:]
    for name in trial.inputFiles { inputs[name] = try locator.find(name).map { try digests.digest(of: $0) } }
    if let measured { inputs[MeasuredServiceTimes.name] = measured.digest }
    let environment = RunEnvironment(settings, inputs: inputs)
    let path = invocation.folder(of: trial)
    place = ResultPlace(
      trial: trial, environment: environment, fingerprint: try Fingerprint.of(trial, environment: environment),
      folder: ResultFolder(url: URL(filePath: path)), path: path)
  }

  /// Simulates the trial; its folder is whole afterwards, or there is none.
  /// - Throws: `CancellationError`, and what the file system says.
  func run(withRows: Bool, provenance: Provenance, isCancelled: () -> Bool) throws -> Summary {
    if isCancelled() { throw CancellationError() }
    let folder = place.folder
    let (hadRest, lock) = try folder.begin()
    defer { lock.release() }
    if hadRest {
      Console.tell("discarded the rest of an unfinished attempt: \(place.path)\(ResultFolder.partialSuffix)\n")
    }
    do {
      try provenance.write(to: folder.partial)
      let outcome = try Simulation.run(trial, isCancelled: isCancelled)
      let measures = SimulatedMeasures(outcome, mode: place.trial.mode, network: trial.network)
      let faults = FaultRecord.simulated(
        of: place.trial, load_s: (outcome.schedule.queries.last?.offset ?? .zero) / .seconds(1),
        failed: outcome.faultsFailed)
      if !faults.isEmpty { try FaultRecord.write(faults, to: folder.partial) }
      let summary = Summary(place, measures, outcome, codes: trial.codes, faults: faults)
      try LatencyHistogram.write([("e2e", measures.e2e_ms), ("client", measures.client_ms)], to: folder.partial)
      if withRows { try SimulatedRecords(outcome: outcome, trial: trial).write(to: folder.partial) }
      try summary.write(to: folder.partial)
      try folder.finish()
      return summary
    } catch {
      // Nothing in it has cost anything but time.
      try? FileManager.default.removeItem(at: folder.partial)
      throw error
    }
  }
}
