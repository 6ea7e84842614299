import CloudUtil

/// With what an experiment is run: the one place where running here and running elsewhere differ.
struct Machinery: Sendable {
  /// Where components stand.
  var fleet: Fleet
  /// Of this machine.
  var shell: any RemoteShell
  var engine: any ContainerEngine
  var transport: any HTTPTransport
  var packaging: Packaging
  /// Whether frontend and clients run before every ordinary process: where that is allowed, found out by doing it.
  var isMeasuringRealtime: Bool
  /// Runs of whom it is known that they have ended, though not from where they were: their containers are left over.
  var ended: Set<RunOwner> = []
  /// Hosts that the run has lost and goes on without.
  var lostHosts: [String] = []
  /// What the user should know of the choice of engine; nil if there was none.
  var remark: String?

  /// As `RunEnvironment` calls the engine.
  var engineName: String {
    switch packaging {
    case .programs: "process"
    case .images: "docker"
    }
  }

  /// How the kernel ranks workers below frontend and clients: a process by its niceness, a container by its share of the
  /// processors; where frontend and clients cannot come before every process, workers take only cores that nobody wants.
  var workerScheduling: String {
    switch (packaging, isMeasuringRealtime) {
    case (.programs, true): "niceness \(Deployment.workerNiceness)"
    case (.programs, false): "idle"
    case (.images, true): "cpu shares of niceness \(Deployment.workerNiceness)"
    case (.images, false): "cpu shares 2"
    }
  }

  /// Everything on this machine.
  /// - Throws: `Failure` (infrastructure) if Docker is asked for and cannot be used.
  static func local(
    _ choice: EngineChoice, for spec: FleetSpec, installation: Installation
  ) async throws -> Machinery {
    let shell = LocalShell()
    let fleet = Fleet(try await LocalProvider().provision(spec)) { _ in shell }
    switch choice {
    case .process: return try await processes(fleet, shell, installation)
    case .docker: return try await containers(fleet, shell, installation)
    case .auto:
      do {
        var machinery = try await containers(fleet, shell, installation)
        machinery.remark = "engine: docker (--engine process runs without containers)"
        return machinery
      } catch let error where !(error is CancellationError) {
        var machinery = try await processes(fleet, shell, installation)
        let reason = "\(error)".split { "\n;".contains($0) }.first ?? ""
        machinery.remark = "engine: process, since docker cannot be used: \(reason)"
        return machinery
      }
    }
  }

  private static func processes(
    _ fleet: Fleet, _ shell: LocalShell, _ installation: Installation
  ) async throws -> Machinery {
    let probe = try? await shell.run(Command("chrt", ["-f", "1", "true"]), deadline: .now + .seconds(2))
    return Machinery(
      fleet: fleet, shell: shell, engine: try ProcessEngine(), transport: CurlTransport(),
      packaging: .programs(folder: installation.programs), isMeasuringRealtime: probe?.termination.isSuccess ?? false)
  }

  private static func containers(
    _ fleet: Fleet, _ shell: LocalShell, _ installation: Installation
  ) async throws -> Machinery {
    let engine = try DockerEngine(shell: shell)
    switch try await engine.availability(of: Packaging.requirements(installation)) {
    case .unavailable(let error): throw Failure(exitCode: .infrastructure, error.description)
    case .ready(_, let ids):
      let packaging = Packaging.images(ids: ids)
      return Machinery(
        fleet: fleet, shell: shell, engine: engine, transport: CurlTransport(),
        packaging: packaging,
        isMeasuringRealtime: try await engine.mayRunRealtime(image: packaging.image(of: "frontend") ?? ""))
    }
  }
}
