import CloudUtil
import Foundation

// What is found out before the first trial, and what is told about each.
extension Lifecycle {
  /// Finds out whether everything is there, before anything is started or written.
  func prepare() async throws -> Preparation {
    let trials = invocation.sweep.trials
    let (installation, shell) = (invocation.installation, machinery.shell)
    try await checkLimits()
    try checkPort()
    try checkPrograms()
    let links = try await checkLinks()
    let gateway = try await prepareBackground()
    try await ModelStore(installation: installation, shell: shell, progress: progress)
      .provide(Set(trials.flatMap { [$0.model] + $0.redundantModels }))
    let prepared = try trials.map {
      (trial: $0, assets: try TrialAssets($0, installation: installation, locator: invocation.file.locator))
    }
    // Models may be large.
    let modelFiles = Set(prepared.flatMap(\.assets.models.values).filter { $0.hasPrefix("/") })
    var digests = try await onThread { try FileDigests(of: modelFiles) }
    try await HostFiles(machinery.fleet.all).provide(
      Set(prepared.flatMap(\.assets.files)).sorted(), digests: &digests)
    var models = ModelCheck(machinery: machinery, experiment: invocation.experiment.experimentID, progress: progress)
    let device = try await models.device(of: prepared)
    let measurements = try prepared.map {
      try Measurement(
        $0.trial, assets: $0.assets, of: invocation, engine: machinery.engineName, limits: options.limits,
        measuringScheduling: machinery.isMeasuringRealtime ? "fifo" : "niceness 0", device: device,
        link: link(of: $0.trial, gateway), shuffleHosts: shuffleHosts(of: $0.trial), digests: &digests)
    }
    for measurement in measurements {
      let folder = measurement.folder
      guard try await onThread({ try folder.recover() }) else { continue }
      progress.note("\(label(measurement.trial)): was whole when its run was killed; nothing of it is lost")
    }
    let results = invocation.results.folder(ofExperiment: invocation.experiment.experimentID)
    let overwrite = options.overwrite ? try OverwriteMark(measurements.map(\.place), in: results) : nil
    let finished = try measurements.map { try $0.place.isFinished(overwrite: overwrite) }
    try await models.check(zip(measurements, finished).filter { !$0.1 }.map(\.0))
    try overwrite?.write()
    if device == "cpu" { warnOfMissingGPU() }
    try await endLeftovers()
    return Preparation(
      measurements: zip(measurements, finished).map { ($0, isFinished: $1) }, overwrite: overwrite,
      links: links)
  }

  struct Preparation {
    /// The trials in order, and whether each has been measured before.
    var measurements: [(Measurement, isFinished: Bool)]
    /// Of `--overwrite`.
    var overwrite: OverwriteMark?
    /// What there is for links that are disturbed; nil if none are.
    var links: LinkGround?
  }

  /// `trial 2 of 54: coded, 300/s`.
  func label(_ trial: Trial) -> String {
    "trial \(trial.index + 1) of \(invocation.sweep.trials.count): \(trial.mode.rawValue), \(Number.text(trial.rate))/s"
  }

  /// - Throws: `Failure` (infrastructure) if limits are asked for where nothing can be limited, or that no machine can give.
  private func checkLimits() async throws {
    guard !options.limits.isEmpty else { return }
    if case .programs = machinery.packaging {
      throw Failure(
        exitCode: .infrastructure,
        "--limits needs containers. \(machinery.remark ?? "")\nSay --engine docker to see why.")
    }
    do {
      for asked in options.limits { try await machinery.engine.check(asked.limits, of: "--limits \(asked.role)") }
    } catch let error as ContainerError {
      throw Failure(exitCode: .infrastructure, "\(error)")
    }
  }

  /// Links are disturbed in the network that a container has to itself.
  /// - Returns: as in `Preparation`.
  /// - Throws: `Failure` (infrastructure) if that cannot be done here.
  private func checkLinks() async throws -> LinkGround? {
    let faults = invocation.experiment.faults
    guard let index = faults.firstIndex(where: \.action.isOfLink) else { return nil }
    let what = "faults[\(index)]: \"\(faults[index].action.rawValue)\""
    guard case .images = machinery.packaging else {
      throw Failure(
        exitCode: .infrastructure,
        "\(what) needs containers, each with a network of its own. \(machinery.remark ?? "")\n"
          + "Say --engine docker to see why there are none, or leave partition, heal and delay out of faults.")
    }
    let ground: LinkGround
    do {
      ground = try await machinery.engine.linkGround()
    } catch let error as ContainerError {
      throw Failure(exitCode: .infrastructure, "\(what): \(error)")
    }
    guard !ground.canDelay else { return ground }
    if let index = faults.firstIndex(where: { $0.action == .delay && !$0.target.isInstance }) {
      throw Failure(
        exitCode: .infrastructure,
        "faults[\(index)]: \"delay\": the kernel cannot delay packets of \(faults[index].target), it lacks netem.\n"
          + "Load it (modprobe sch_netem), or delay model instances alone, which can do it themselves.")
    }
    if faults.contains(where: { $0.action == .delay }) {
      progress.note("faults: the kernel has no netem; workers delay what they send themselves")
    }
    return ground
  }

  /// - Throws: `Failure` (infrastructure) if the port that was asked for is taken.
  func checkPort() throws {
    guard options.port != 0 else { return }
    do {
      guard try LoopbackPort.isTaken(options.port) else { return }
    } catch let error as SystemCall {
      throw Failure(exitCode: .infrastructure, "port \(options.port) cannot be used: \(error); give another --port")
    }
    throw Failure(
      exitCode: .infrastructure,
      "port \(options.port) is taken by another program; give another --port, or none for a free one")
  }

  /// - Throws: `Failure` (infrastructure) if Redis or a program of ours is not there.
  func checkPrograms() throws {
    if case .programs = machinery.packaging { try RedisService.requireInstalled() }
    for name in Packaging.programs + Packaging.companions.values.joined() {
      let program = invocation.installation.program(name)
      guard FileManager.default.isExecutableFile(atPath: program) else {
        throw Failure(exitCode: .infrastructure, "\(program) is missing; build everything with Scripts/build --release")
      }
    }
  }

  /// A machine with GPUs was asked for, and the models run on the processor.
  func warnOfMissingGPU() {
    let type = invocation.experiment.workerType
    guard QuotaFamily.hasGPU(instanceType: type) else { return }
    progress.note(
      "WARNING: worker_type \(type) has a GPU, but here every model runs on the CPU; its latencies are not those of a GPU"
    )
  }

  private var imageIDs: [String: String] {
    if case .images(let ids) = machinery.packaging { ids } else { [:] }
  }

  func provenance(_ measurement: Measurement, sweep: String?) async throws -> Provenance {
    let checkout = await Provenance.Git.state(of: URL(filePath: invocation.installation.root), shell: machinery.shell)
    return Provenance(
      config: String(decoding: try invocation.file.bytes(), as: UTF8.self), overrides: invocation.overrides,
      trial: measurement.trial, seed: invocation.experiment.seed, environment: measurement.environment, machine: .this,
      worker_scheduling: machinery.workerScheduling,
      images: imageIDs, lost_hosts: machinery.lostHosts.isEmpty ? nil : machinery.lostHosts,
      git: git ?? checkout,
      started: Date.now.ISO8601Format(), command: CommandLine.arguments, sweep: sweep)
  }
}
