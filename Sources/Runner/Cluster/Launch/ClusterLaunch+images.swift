import CloudUtil
import Foundation

// The images that the programs run in.
extension ClusterLaunch {
  /// Images are made once, and carried to the hosts that lack them.
  func provideImages(of origin: Origin) async throws {
    let names = (Packaging.programs + [Packaging.redis]).map(Packaging.imageName)
    let deadline = ContinuousClock.now + Self.transfer + Self.building
    let wanted: [String: String]
    switch origin {
    case .built(let builder): wanted = try await makeImages(names, base: builder.base)
    case .carried:
      if let ids = try await current(names, at: try site.frontend.shell) {
        wanted = ids
      } else if let ids = try await current(names, at: LocalShell()) {
        try await carry(ids, deadline: deadline)
        wanted = ids
      } else {
        try await gather()
        wanted = try await makeImages(names, base: nil)
      }
    }
    try await carryOn(wanted, deadline: deadline)
  }

  /// The ids of the images that `shell`'s Docker has, where they hold the programs of this machine; else nil.
  private func current(_ names: [String], at shell: any RemoteShell) async throws -> [String: String]? {
    guard let engine = try? DockerEngine(shell: shell),
      case .ready(_, let ids) = try await engine.availability(of: Packaging.requirements(invocation.installation))
    else { return nil }
    return ids.filter { names.contains($0.key) }
  }

  /// What images are made of comes from where the programs were built: the host has nothing that looks into them.
  private func gather() async throws {
    let folder = "\(site.state)/images"
    let installation = invocation.installation
    do {
      try await LocalShell().require(
        Command(
          installation.imageScript, ["--from", installation.programs, "--gather", folder],
          environment: ["RUN_EXP_CACHE": installation.cache]), deadline: .now + Self.transfer)
    } catch let error as ShellError {
      throw Failure(exitCode: .infrastructure, "what images are made of cannot be gathered here: \(error.reason)")
    }
    try await push(folder, to: site.folder.gathered) { $0.deletes = true }
  }

  /// Makes those images on the frontend's host that it has not, of what was gathered.
  /// - Returns: their ids.
  private func makeImages(_ names: [String], base: String?) async throws -> [String: String] {
    progress.tell("making images on the frontend (minutes, the first time)")
    let frontend = try site.frontend.shell
    let environment = ProcessInfo.processInfo.environment
    var bases: [String: String] = [:]
    for name in ["RUN_EXP_BASE_IMAGE", "RUN_EXP_WORKER_BASE_IMAGE"] { bases[name] = environment[name] }
    bases["RUN_EXP_BASE_IMAGE"] = bases["RUN_EXP_BASE_IMAGE"] ?? base
    let output = try await frontend.run(
      RemoteBuild.images(site.folder, bases: bases), deadline: .now + Self.building)
    guard output.termination.isSuccess else {
      throw Failure(
        exitCode: .infrastructure,
        "making images on the frontend failed:\n"
          + output.stderr.split(whereSeparator: \.isNewline).suffix(8).joined(separator: "\n"))
    }
    return ImageCarrier.ids(
      try await frontend.require(ImageCarrier.list(names), deadline: .now + Self.short).stdout)
  }

  /// From here to the frontend.
  private func carry(_ wanted: [String: String], deadline: ContinuousClock.Instant) async throws {
    let frontend = try site.frontend
    let there = ImageCarrier.ids(
      try await frontend.shell.require(ImageCarrier.list(wanted.keys.sorted()), deadline: deadline).stdout)
    let missing = ImageCarrier.missing(wanted, at: there)
    guard !missing.isEmpty else { return }
    progress.tell("carrying \(missing.count) images to the frontend")
    let ssh = OpenSSH(frontend.destination, knownHosts: site.knownHosts)
    try await site.explaining("carrying images", to: frontend.machine) {
      _ = try await LocalShell().require(
        ImageCarrier.carry(missing, ssh: ssh.command + [frontend.destination.address], isFar: true),
        deadline: deadline)
    }
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
      do {
        try await frontend.shell.require(
          ImageCarrier.carry(missing, ssh: ssh.command + [entry.address], isFar: false), deadline: deadline)
      } catch let error as ShellError {
        // Which machine it was is said for all of them.
        throw Failure(exitCode: .infrastructure, error.reason + error.hint())
      }
    }
  }
}
