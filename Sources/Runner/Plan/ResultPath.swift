import Foundation
import Serving

/// Where the results of an experiment go.
struct ResultPath: Equatable, Sendable {
  /// First level below the results folder: what kind of machines ran it.
  enum Environment: String, Codable, CaseIterable, Sendable { case local, cluster, simulated }

  /// Usually `results` in the current folder.
  var root: String = "results"
  var environment: Environment
  var finalDir: String
  /// Whether the sweep has several queue modes, which a level `qm_` then tells apart.
  var hasSeveralQueueModes: Bool

  /// What a path of results, however it is written, is relative to `root`; nil if it is not below it.
  func relative(_ path: String) -> String? {
    let prefix = URL(filePath: root).standardizedFileURL.path + "/"
    let whole = URL(filePath: path).standardizedFileURL.path
    return whole.hasPrefix(prefix) ? String(whole.dropFirst(prefix.count)) : nil
  }

  /// The folder of all trials of an experiment.
  func folder(ofExperiment id: String) -> String { "\(root)/\(environment.rawValue)/\(id)" }

  /// The folder of a trial.
  func folder(of trial: Trial) -> String {
    var levels = [
      folder(ofExperiment: trial.experimentID), "wt_\(trial.workerType)", "bm_\(Self.modelName(trial.model))",
      "bg_\(trial.background.text)", "bs_\(trial.batchSize)", "rate_\(Number.text(trial.rate))", "k_\(trial.k)",
      "nq_\(trial.totalQueries)",
    ]
    if hasSeveralQueueModes { levels.append("qm_\(trial.queueMode.rawValue)") }
    levels += ["mode_\(trial.mode.rawValue)", "it_\(trial.repetition)", finalDir]
    return levels.joined(separator: "/")
  }

  /// A built-in model's name, or a file's without folder and ending, as one level of a path.
  static func modelName(_ model: String) -> String {
    guard ModelReference.isPath(model) else { return model }
    let file = model.split(separator: "/").last.map(String.init) ?? model
    return FolderName.sanitised(file.hasSuffix(".pt") ? String(file.dropLast(3)) : file)
  }
}
