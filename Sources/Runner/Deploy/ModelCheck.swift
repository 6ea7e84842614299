import CloudUtil

/// Whether the TorchScript files of an experiment can be used, found out before anything is started.
struct ModelCheck {
  private var workers: WorkerCheck
  private let progress: Progress

  init(machinery: Machinery, experiment: String, progress: Progress) {
    workers = WorkerCheck(machinery: machinery, experiment: experiment)
    self.progress = progress
  }

  /// What the models of `trials` run on, `cpu` or `gpu`: where the host has GPUs, one of the models is loaded to see.
  mutating func device(of trials: [(trial: Trial, assets: TrialAssets)]) async throws -> String {
    let machinery = workers.machinery
    guard let (trial, assets) = trials.first(where: { $0.assets.torchScript($0.trial.model) != nil }),
      let file = assets.torchScript(trial.model),
      try await ModelCheck.hasGPU(machinery.fleet[Role("worker")].first?.shell ?? machinery.shell)
    else { return "cpu" }
    do {
      return try await workers.load(file, input: assets.input.description, usesGPU: true).0.device
    } catch let failure as Failure where machinery.engineName == "docker" && failure.exitCode == .infrastructure {
      // Docker without NVIDIA's toolkit. Whether the model is right is asked again, without the GPU.
      progress.note("WARNING: this host has a GPU that containers cannot use: \(failure)")
      return "cpu"
    }
  }

  /// Whether NVIDIA's driver is there (under WSL by another name); libtorch for other GPUs is not looked for.
  private static func hasGPU(_ shell: any RemoteShell) async throws -> Bool {
    try await shell.run(
      Command("test", ["-e", "/dev/nvidiactl", "-o", "-e", "/dev/dxg"]), deadline: .now + .seconds(5)
    ).termination.isSuccess
  }

  /// Loads the files that the experiment names, and compares what comes out of them: from a parity model of another width
  /// nothing could be reconstructed.
  /// - Throws: `Failure` (config) that names the file and why it cannot be used.
  mutating func check(_ measurements: [Measurement]) async throws {
    for measurement in measurements {
      let (trial, assets) = (measurement.trial, measurement.assets)
      let names = [trial.model] + trial.redundantModels
      guard names.contains(where: ModelReference.isPath) else { continue }
      var width: Int?
      for name in names {
        guard let file = assets.torchScript(name) else { continue }
        let (finding, isNew) = try await workers.load(
          file, input: assets.input.description, usesGPU: measurement.environment.device == "gpu")
        if isNew, !finding.takesBatches, trial.batchSize > 1 {
          progress.note("WARNING: \(name) takes one input at once; the queries of a batch are inferred one by one")
        }
        guard finding.outputs == width ?? finding.outputs else {
          throw Failure(
            exitCode: .config,
            "\(name): an output has \(finding.outputs) values, and one of \(trial.model) has \(width ?? 0); "
              + "they have to be of the same size")
        }
        width = finding.outputs
      }
    }
  }
}
