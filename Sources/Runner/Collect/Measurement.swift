import CloudUtil
import Foundation

/// One trial of a sweep, made ready: everything that is known before its first process.
struct Measurement: Sendable {
  var trial: Trial
  var assets: TrialAssets
  var environment: RunEnvironment
  var fingerprint: String
  var folder: ResultFolder
  /// The path as it is printed: the way the user would write it.
  var path: String

  /// - Throws: `Failure` if a model cannot be read.
  init(_ trial: Trial, of invocation: Invocation, digests: inout ModelDigests) throws {
    self.trial = trial
    assets = try TrialAssets(trial, installation: invocation.installation, locator: invocation.file.locator)
    var models: [String: String] = [:]
    for (name, file) in assets.models where file.hasSuffix(".pt") { models[name] = try digests.digest(of: file) }
    environment = RunEnvironment(models: models)
    fingerprint = try Fingerprint.of(trial, environment: environment)
    path = invocation.folder(of: trial)
    folder = ResultFolder(url: URL(filePath: path))
  }

  /// Whether results of this very trial are there.
  /// - Throws: `Failure` (config) if something else is at the place, unless it is to be replaced.
  func isFinished(overwrite: Bool) throws -> Bool {
    switch folder.state {
    case .empty: return false
    case .finished(fingerprint) where !overwrite: return true
    case .finished where overwrite, .foreign where overwrite: return false
    case .finished:
      throw Failure(
        exitCode: .config,
        """
        \(path) holds results of other settings, another machine or another model.
        Keep both with --final_dir NAME, or replace them with --overwrite.
        """)
    case .foreign:
      throw Failure(
        exitCode: .config,
        "\(path) holds something that no trial has written. Use --final_dir NAME, or --overwrite to replace it.")
    }
  }
}
