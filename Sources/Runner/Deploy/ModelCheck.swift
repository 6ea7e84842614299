import CloudUtil
import Foundation

/// Loads the TorchScript files that an experiment names in a worker, before anything is started, and compares what comes
/// out of them: from a parity model of another width nothing could be reconstructed.
struct ModelCheck {
  var installation: Installation
  var shell: any RemoteShell

  /// A large model is loaded and optimised in well under this.
  private static let patience: Duration = .seconds(120)

  /// - Throws: `Failure` (config) that names the file and why it cannot be used.
  func check(_ measurements: [Measurement]) async throws {
    var outputs: [Load: Int] = [:]
    for measurement in measurements {
      let (trial, assets) = (measurement.trial, measurement.assets)
      let names = [trial.model] + trial.redundantModels
      guard names.contains(where: ModelReference.isPath) else { continue }
      var counts: [Int] = []
      for name in names {
        guard let file = assets.models[name], ModelReference.isPath(file) else { continue }
        let load = Load(file: file, input: assets.input.description)
        let count: Int
        if let known = outputs[load] { count = known } else { count = try await self.count(load) }
        outputs[load] = count
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

  /// How many values an output has.
  private func count(_ load: Load) async throws -> Int {
    let output = try await shell.run(
      Command(installation.program("worker"), ["--check", "--model", load.file, "--input", load.input]),
      deadline: .now + Self.patience)
    let words = output.stdout.split(whereSeparator: \.isWhitespace)
    if output.termination.isSuccess, let count = words.last?.split(separator: "=").last.flatMap({ Int($0) }) {
      return count
    }
    let reason = output.stderr.split(separator: "\n").last.map(String.init) ?? "\(output.termination)"
    throw Failure(
      exitCode: output.termination == .exited(69) ? .infrastructure : .config,
      reason.replacing("worker/0: ", with: "", maxReplacements: 1))
  }
}
