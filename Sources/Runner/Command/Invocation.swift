import Foundation

/// What a verb works on: the experiment, its trials, where results go and where the program's files are.
struct Invocation: Sendable {
  /// As the user gave it.
  var file: ExperimentFile
  /// The `--set` arguments, as given.
  var overrides: [String]
  var experiment: Experiment
  var sweep: Sweep
  /// Instances of the largest trial of the whole sweep, whatever part of it is run: so many worker hosts belong to it.
  private(set) var mostInstances: Int
  var results: ResultPath
  var installation: Installation

  /// Reads and checks the experiment; nothing is started or written.
  /// - Parameters:
  ///   - place: of one in the past nothing is started, and the program alone will do.
  ///   - copy: which copy of the sweep this is; another copy draws another load.
  ///   - results: the folder of all results.
  /// - Throws: `Failure` (usage) for a `--set`, `InvalidExperiment`.
  init(
    config: String, overrides: [String], place: ExperimentReader.Place, finalDir: String, copy: Int = 0,
    results: String = "results", environment: ResultPath.Environment = .local
  ) throws {
    file = ExperimentFile(path: config)
    self.overrides = overrides
    installation = try Installation.current(mayBeAlone: place == .past)
    experiment = try file.load(overrides: try overrides.map(Override.init), place: place).copy(copy)
    sweep = Sweep(experiment)
    mostInstances = sweep.mostInstances
    self.results = ResultPath(
      root: results, environment: environment, finalDir: finalDir, hasSeveralQueueModes: sweep.hasSeveralQueueModes)
  }

  /// The same on another number of hosts.
  /// - Throws: `Failure` (config) if it cannot be had on so many.
  func scaled(by scaling: HostScaling) throws -> Invocation {
    var scaled = self
    scaled.experiment = try scaling.scaled(experiment)
    scaled.sweep = Sweep(scaled.experiment)
    scaled.mostInstances = scaled.sweep.mostInstances
    scaled.results.finalDir = scaling.finalDir(results.finalDir)
    return scaled
  }

  /// What the user should know before anything runs; one line each, for stderr.
  var remarks: [String] {
    guard !experiment.s3Path.isEmpty else { return [] }
    return ["s3_path is accepted and has no effect"]
  }

  func tellRemarks() {
    for remark in remarks { Console.tell("run_exp: \(remark)\n") }
  }

  /// The folder of a trial's results.
  func folder(of trial: Trial) -> String { results.folder(of: trial) }
}
