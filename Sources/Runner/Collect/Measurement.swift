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
    measuringScheduling: String, device: String, link: WorkerLink? = nil, shuffleHosts: Int? = nil,
    digests: inout FileDigests
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
      limits: limits.map(\.description).sorted(), device: device, link_mbit: link?.mbit,
      shuffle_hosts: shuffleHosts)
    fingerprint = try Fingerprint.of(trial, environment: environment)
    path = invocation.folder(of: trial)
    folder = ResultFolder(url: URL(filePath: path))
  }

  var place: ResultPlace {
    ResultPlace(trial: trial, environment: environment, fingerprint: fingerprint, folder: folder, path: path)
  }
}

extension Trial {
  /// Files and folders beside the models that decide what is measured, as the experiment names them.
  var inputFiles: [String] {
    var files = [serviceTime?.file].compactMap { $0 }
    if case .trace(let file) = arrivals { files.append(file) }
    if case .images(let folder?) = payload { files.append(folder) }
    return files
  }
}
