import CloudUtil
import Foundation

/// Loads the TorchScript files that an experiment names in a worker, before anything is started, and compares what comes
/// out of them: from a parity model of another width nothing could be reconstructed.
struct ModelCheck {
  var installation: Installation
  var shell: any RemoteShell
  var progress: Progress

  /// A large model is loaded and optimised in well under this.
  private static let patience: Duration = .seconds(120)

  /// - Throws: `Failure` (config) that names the file and why it cannot be used.
  func check(_ measurements: [Measurement]) async throws {
    var findings: [Load: Finding] = [:]
    for measurement in measurements {
      let (trial, assets) = (measurement.trial, measurement.assets)
      let names = [trial.model] + trial.redundantModels
      guard names.contains(where: ModelReference.isPath) else { continue }
      var counts: [Int] = []
      for name in names {
        guard let file = assets.models[name], ModelReference.isPath(file) else { continue }
        let load = Load(file: file, input: assets.input.description)
        let finding: Finding
        if let known = findings[load] { finding = known } else { finding = try await find(load) }
        if findings.updateValue(finding, forKey: load) == nil, !finding.takesBatches, trial.batchSize > 1 {
          progress.note("WARNING: \(name) takes one input at once; the queries of a batch are inferred one by one")
        }
        let count = finding.outputs
        counts.append(count)
        guard count == counts[0] else {
          throw Failure(
            exitCode: .config,
            "\(name): an output has \(count) values, and one of \(trial.model) has \(counts[0]); "
              + "they have to be of the same size")
        }
      }
    }
  }

  private struct Load: Hashable {
    var file: String
    /// `--input` of the worker.
    var input: String
  }

  private struct Finding {
    /// Values of an output.
    var outputs: Int
    var takesBatches: Bool
  }

  private func find(_ load: Load) async throws -> Finding {
    let output = try await shell.run(
      Command(installation.program("worker"), ["--check", "--model", load.file, "--input", load.input]),
      deadline: .now + Self.patience)
    // `outputs=10 batches=yes`
    let words = output.stdout.split { $0.isWhitespace || $0 == "=" }
    if output.termination.isSuccess, words.count == 4, let count = Int(words[1]) {
      return Finding(outputs: count, takesBatches: words[3] == "yes")
    }
    let reason = output.stderr.split(separator: "\n").last.map(String.init) ?? "\(output.termination)"
    throw Failure(
      exitCode: output.termination == .exited(69) ? .infrastructure : .config,
      reason.replacing("worker/0: ", with: "", maxReplacements: 1))
  }
}
