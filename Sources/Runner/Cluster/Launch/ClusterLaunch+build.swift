import CloudUtil
import Foundation

// What the run is made of: the source, the programs, the images.
extension ClusterLaunch {
  private static let transfer: Duration = .seconds(1800)
  private static let building: Duration = .seconds(3600)

  /// Brings source, programs, models and the experiment's files to the frontend's host; only what has changed.
  func sync(_ files: OperatorFiles) async throws {
    let installation = invocation.installation
    let folder = site.folder
    progress.tell("bringing the source to the frontend")
    try await push(installation.root, to: folder.source) {
      $0.deletes = true
      $0.filters = ["- .git", "- /.build*", "- /results", ":- .gitignore"]
    }
    if try await takesOurPrograms() {
      let programs = ourPrograms
      guard programs.contains("run_exp"), Set(Packaging.programs).isSubset(of: programs) else {
        throw Failure(
          exitCode: .infrastructure,
          "programs are missing in \(installation.programs); build them with Scripts/build --release, or there with --build remote"
        )
      }
      let target = folder.source + "/.build/release"
      try await push(installation.programs, to: target, files: programs)
      let libraries = LinkedLibraries.carried(
        try await LocalShell().require(
          LinkedLibraries.list(programs.map(installation.program)), deadline: .now + Self.short
        ).stdout)
      for (place, names) in libraries { try await push(place, to: target, files: names) }
    } else {
      try await buildThere()
    }
    try await requireRunning()
    if !files.models.isEmpty {
      try await push(installation.builtModels, to: folder.cache + "/models", files: files.models)
    }
    // Each at its path below the mirror.
    try await push("", to: folder.mirror, files: files.paths.map { String($0.dropFirst()) }) { $0.followsLinks = true }
  }

  // MARK: Programs

  /// Those of this machine that are built.
  private var ourPrograms: [String] {
    (["run_exp"] + Packaging.programs + Packaging.companions.values.joined() + ["libTorchRuntime.so"])
      .filter { FileManager.default.fileExists(atPath: invocation.installation.program($0)) }
  }

  /// Whether the programs of this machine run there: asked for, or found out.
  private func takesOurPrograms() async throws -> Bool {
    switch build {
    case .local: return true
    case .remote: return false
    case .auto:
      guard ourPrograms.contains("run_exp"), Set(Packaging.programs).isSubset(of: ourPrograms) else { return false }
      let probe = Bootstrap.probe(site.folder, isFrontend: false)
      let deadline = ContinuousClock.now + Self.short
      let here = Bootstrap.Finding(try await LocalShell().require(probe, deadline: deadline).stdout)
      let there = Bootstrap.Finding(try await site.frontend.shell.require(probe, deadline: deadline).stdout)
      if here.platform != there.platform {
        progress.tell("this is \(here.platform) and the frontend \(there.platform): building there")
      }
      return here.platform == there.platform
    }
  }

  private func buildThere() async throws {
    progress.tell("building on the frontend (minutes, the first time)")
    let image = ProcessInfo.processInfo.environment["RUN_EXP_BUILDER_IMAGE"] ?? "swift:6.2-bookworm"
    let output = try await site.frontend.shell.run(
      RemoteBuild.command(site.folder, builder: image), deadline: .now + Self.building)
    guard output.termination.isSuccess else {
      throw Failure(
        exitCode: .infrastructure,
        "building on the frontend failed:\n\(RemoteBuild.message(in: output.stderr + output.stdout))")
    }
  }

  /// The program starts, with all libraries that it needs.
  private func requireRunning() async throws {
    let output = try await site.frontend.shell.run(
      Command(site.folder.program, ["--version"]), deadline: .now + Self.short)
    guard output.termination.isSuccess else {
      throw Failure(
        exitCode: .infrastructure,
        "run_exp does not start on the frontend: \(output.stderr.split(separator: "\n").last ?? "")\n"
          + "--build remote builds it there")
    }
  }

  // MARK: Images

  /// Images are made once, and carried to the hosts that lack them.
  func provideImages() async throws {
    let names = (Packaging.programs + [Packaging.redis]).map(Packaging.imageName)
    let frontend = try site.frontend
    let deadline = ContinuousClock.now + Self.transfer + Self.building
    if let ids = try await imagesThere(names) { return try await carryOn(ids, deadline: deadline) }
    var wanted = try await ourImages(names)
    if let wanted {
      let there = ImageCarrier.ids(
        try await frontend.shell.require(ImageCarrier.list(names), deadline: deadline).stdout)
      let missing = ImageCarrier.missing(wanted, at: there)
      if !missing.isEmpty {
        progress.tell("carrying \(missing.count) images to the frontend")
        let ssh = OpenSSH(frontend.destination, knownHosts: site.knownHosts)
        try await LocalShell().require(
          ImageCarrier.carry(missing, ssh: ssh.command + [frontend.destination.address], isFar: true),
          deadline: deadline)
      }
    } else {
      progress.tell("making images on the frontend (minutes, the first time)")
      let output = try await frontend.shell.run(RemoteBuild.images(site.folder), deadline: .now + Self.building)
      guard output.termination.isSuccess else {
        throw Failure(
          exitCode: .infrastructure,
          "making images on the frontend failed:\n\(RemoteBuild.message(in: output.stderr))")
      }
      wanted = ImageCarrier.ids(try await frontend.shell.require(ImageCarrier.list(names), deadline: deadline).stdout)
    }
    try await carryOn(wanted ?? [:], deadline: deadline)
  }

  /// The ids of this machine's images; nil if there are none of this build.
  private func ourImages(_ names: [String]) async throws -> [String: String]? {
    guard try await takesOurPrograms(), let engine = try? DockerEngine(shell: LocalShell()) else { return nil }
    guard case .ready(_, let ids) = try await engine.availability(of: Packaging.requirements(invocation.installation))
    else { return nil }
    return ids.filter { names.contains($0.key) }
  }

  /// The ids of the images on the frontend's host, where they hold the programs that were brought there; else nil.
  private func imagesThere(_ names: [String]) async throws -> [String: String]? {
    guard try await takesOurPrograms(), let engine = try? DockerEngine(shell: site.frontend.shell),
      case .ready(_, let ids) = try await engine.availability(of: Packaging.requirements(invocation.installation))
    else { return nil }
    return ids.filter { names.contains($0.key) }
  }

  /// From the frontend to the others, all at once.
  private func carryOn(_ wanted: [String: String], deadline: ContinuousClock.Instant) async throws {
    let frontend = try site.frontend
    let inventory = try await inventory()
    try await site.onEach("carrying images") { machine, shell in
      guard machine.name != frontend.machine.name,
        let entry = inventory.others.first(where: { $0.name == machine.name })
      else { return }
      let needed = Set(inventory.programs(of: machine.name).map(Packaging.imageName))
      let own = wanted.filter { needed.contains($0.key) }
      let there = ImageCarrier.ids(
        try await shell.require(ImageCarrier.list(own.keys.sorted()), deadline: deadline).stdout)
      let missing = ImageCarrier.missing(own, at: there)
      guard !missing.isEmpty else { return }
      progress.tell("\(site.roles(of: machine)) \(machine.name): \(missing.count) images come from the frontend")
      let ssh = OpenSSH(
        site.folder.destination(of: entry), knownHosts: KnownHosts(path: site.folder.knownHosts))
      try await frontend.shell.require(
        ImageCarrier.carry(missing, ssh: ssh.command + [entry.address], isFar: false), deadline: deadline)
    }
  }

  // MARK: rsync

  /// Brings what is in the folder `source` into the folder `target` of the frontend's host, which is made.
  /// - Parameter files: only these, relative to `source`.
  private func push(
    _ source: String, to target: String, files: [String]? = nil, _ change: (inout Rsync) -> Void = { _ in }
  ) async throws {
    let frontend = try site.frontend
    var rsync = Rsync(by: OpenSSH(frontend.destination, knownHosts: site.knownHosts))
    rsync.files = files
    change(&rsync)
    _ = try await site.transferring("bringing \(source.isEmpty ? "the experiment's files" : source)") {
      try await frontend.shell.require(Command("mkdir", ["-p", "--", target]), deadline: .now + Self.short)
      return try await LocalShell().require(
        rsync.push(from: source + "/", to: target + "/"), deadline: .now + Self.transfer)
    }
  }
}
