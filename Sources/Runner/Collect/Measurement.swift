import CloudUtil
import Foundation

/// One trial of a sweep, made ready: everything that is known before its first process.
struct Measurement: Sendable {
  var trial: Trial
  var assets: TrialAssets
  var environment: RunEnvironment
  /// Of each worker; nil: it has its host's.
  var link: WorkerLink?
  var fingerprint: String
  var folder: ResultFolder
  /// The path as it is printed: the way the user would write it.
  var path: String

  /// - Parameters:
  ///   - measuringScheduling: of frontend and clients.
  ///   - device: that models run on, `cpu` or `gpu`.
  /// - Throws: `Failure` if a file of the experiment cannot be read.
  init(
    _ trial: Trial, assets: TrialAssets, of invocation: Invocation, engine: String, limits: [RoleLimits],
    measuringScheduling: String, device: String, link: WorkerLink? = nil, digests: inout FileDigests
  ) throws {
    self.trial = trial
    self.assets = assets
    self.link = link
    var models: [String: String] = [:]
    for (name, file) in assets.models where file.hasPrefix("/") { models[name] = try digests.digest(of: file) }
    var inputs: [String: String] = [:]
    for name in trial.inputFiles {
      inputs[name] = try invocation.file.locator.find(name).map { try digests.digest(of: $0) }
    }
    environment = RunEnvironment(
      models: models, inputs: inputs, measuringScheduling: measuringScheduling, engine: engine,
      limits: limits.map(\.description).sorted(), device: device, link_mbit: link?.mbit)
    fingerprint = try Fingerprint.of(trial, environment: environment)
    path = invocation.folder(of: trial)
    folder = ResultFolder(url: URL(filePath: path))
  }

  /// Whether results of this very trial are there.
  /// - Parameter overwrite: the sweep that replaces what is there, unless it is its own already.
  /// - Throws: `Failure` (config) if something else is at the place and is not to be replaced.
  func isFinished(overwrite: OverwriteMark?) throws -> Bool {
    switch (folder.state, overwrite) {
    case (.empty, _): return false
    case (.finished(fingerprint), let mark): return mark?.covers(folder.url) ?? true
    case (_, .some): return false
    case (.finished, nil):
      throw Failure(
        exitCode: .config,
        """
        \(path) holds results of \(differences).
        Keep both with --final_dir NAME, or replace them with --overwrite.
        """)
    case (.foreign, nil):
      throw Failure(
        exitCode: .config,
        "\(path) holds something that no trial has written. Use --final_dir NAME, or --overwrite to replace it.")
    }
  }
}

extension Measurement {
  /// What is another in the finished trial at the place, in words.
  private var differences: String {
    guard let found = try? Summary.read(from: folder.url) else { return "other settings" }
    let keys = found.trial.differences(from: trial)
    if !keys.isEmpty { return "other settings (\(keys.joined(separator: ", ")))" }
    let (there, here) = (found.environment, environment)
    let parts: [(Bool, String)] = [
      (there.engine != here.engine, "engine \(there.engine) (go on with it: --engine \(there.engine))"),
      (there.cpu != here.cpu || there.cores != here.cores, "another machine"),
      (there.limits != here.limits, "other limits"), (there.models != here.models, "other model files"),
      (there.device != here.device, "models on the \(there.device)"),
      (there.inputs != here.inputs, "other input files"), (there.link_mbit != here.link_mbit, "other links"),
      (there.measuring_scheduling != here.measuring_scheduling, "scheduling \(there.measuring_scheduling)"),
    ]
    let words = parts.filter(\.0).map(\.1)
    return words.isEmpty ? "another version of run_exp" : words.joined(separator: ", ")
  }
}

extension Trial {
  /// Files and folders beside the models that decide what is measured, as the experiment names them.
  fileprivate var inputFiles: [String] {
    var files = [serviceTime?.file].compactMap { $0 }
    if case .trace(let file) = arrivals { files.append(file) }
    if case .images(let folder?) = payload { files.append(folder) }
    return files
  }
}
