import CloudUtil
import Foundation

/// Loads models in a worker, where workers will run, and tells what came of it. Each model is loaded once.
struct WorkerCheck {
  let machinery: Machinery
  private var findings: [Load: Finding] = [:]

  /// Whose leftovers its processes are, should it be killed.
  private let experiment: String

  init(machinery: Machinery, experiment: String) {
    self.machinery = machinery
    self.experiment = experiment
  }

  /// A large model is loaded and optimised in well under this.
  private static let patience: Duration = .seconds(120)

  struct Finding: Equatable {
    /// Values of an output.
    var outputs: Int
    var takesBatches: Bool
    /// `cpu` or `gpu`.
    var device: String
  }

  private struct Load: Hashable {
    var file: String
    var input: String
    var usesGPU: Bool
  }

  /// - Parameters:
  ///   - file: TorchScript, on this machine.
  ///   - input: as the worker's `--input` takes it.
  ///   - usesGPU: whether the worker sees the host's GPUs.
  /// - Returns: what was found, and whether it was found just now.
  /// - Throws: `Failure` (config) that names the file and why it cannot be used.
  mutating func load(_ file: String, input: String, usesGPU: Bool) async throws -> (Finding, isNew: Bool) {
    let load = Load(file: file, input: input, usesGPU: usesGPU)
    if let known = findings[load] { return (known, false) }
    var spec = ServiceSpec(
      name: "model-check", component: "model-check",
      command: Command(machinery.packaging.executable("worker"), ["--check", "--model", file, "--input", input]),
      tag: ProcessTag(experiment: experiment, run: randomHex(bytes: 6)), log: "/dev/null")
    spec.image = machinery.packaging.image(of: "worker")
    spec.mounts = [Mount(file)]
    spec.usesGPU = usesGPU
    let output = try await machinery.engine.runOnce(spec, deadline: .now + Self.patience)
    guard output.termination.isSuccess, let finding = Finding(output.stdout) else {
      let reason = output.stderr.split(separator: "\n").last.map(String.init) ?? "\(output.termination)"
      throw Failure(
        // What the worker itself says of the file; anything else is about the place where it runs.
        exitCode: output.termination == .exited(65) ? .config : .infrastructure,
        reason.replacing("worker/0: ", with: "", maxReplacements: 1))
    }
    findings[load] = finding
    return (finding, true)
  }
}

extension WorkerCheck.Finding {
  /// `outputs=10 batches=yes device=cpu`; nil for anything else.
  init?(_ text: String) {
    let pairs = text.split(whereSeparator: \.isWhitespace).map { $0.split(separator: "=").map(String.init) }
    guard pairs.count == 3, pairs.map(\.first) == ["outputs", "batches", "device"],
      let outputs = pairs[0].last.flatMap({ Int($0) }), let batches = pairs[1].last, let device = pairs[2].last
    else { return nil }
    self.init(outputs: outputs, takesBatches: batches == "yes", device: device)
  }
}
