import CloudUtil
import Foundation

// What the run is made of: the source and the programs.
extension ClusterLaunch {
  static let transfer: Duration = .seconds(1800)
  static let building: Duration = .seconds(3600)

  /// Where the programs are from that the cluster runs.
  enum Origin: Sendable {
    case carried
    case built(RemoteBuild.Builder)
  }

  /// Brings source, programs, models and the experiment's files to the frontend's host; only what has changed.
  func sync(_ files: OperatorFiles) async throws -> Origin {
    let installation = invocation.installation
    let folder = site.folder
    progress.tell("bringing the source to the frontend")
    try await push(installation.root, to: folder.source) {
      $0.deletes = true
      $0.filters = ["- .git", "- /.build*", "- /results", ":- .gitignore"]
    }
    let origin: Origin = if try await carriesPrograms() { .carried } else { .built(try await buildThere()) }
    if !files.models.isEmpty {
      try await push(installation.builtModels, to: folder.cache + "/models", files: files.models)
    }
    // Each at its path below the mirror.
    try await push("", to: folder.mirror, files: files.paths.map { String($0.dropFirst()) }) { $0.followsLinks = true }
    return origin
  }

  // MARK: Programs

  /// Brings the programs of this machine there, if that is wanted and they start there.
  /// - Throws: `Failure` (infrastructure) if they have to and do not.
  private func carriesPrograms() async throws -> Bool {
    let installation = invocation.installation
    guard build != .remote else { return false }
    let missing = Packaging.missing(in: installation)
    // With `local` that was found out before there were machines.
    guard missing.isEmpty else {
      progress.tell("not built here: \(missing.joined(separator: ", ")); building on the frontend")
      return false
    }
    if let reason = try await bringProgram() {
      guard build == .auto else {
        throw Failure(
          exitCode: .infrastructure,
          "run_exp of this machine does not start on the frontend: \(reason)\n--build remote builds it there")
      }
      progress.tell("run_exp of this machine does not start on the frontend (\(reason)): building there")
      return false
    }
    try await push(installation.programs, to: site.folder.programs, files: Packaging.files)
    return true
  }

  /// Brings run_exp there, with the libraries that are not there.
  /// - Returns: why it does not start there; nil if it does.
  private func bringProgram() async throws -> String? {
    let installation = invocation.installation
    let frontend = try site.frontend.shell
    let programs = Packaging.files.map(installation.program)
    let here: String
    do {
      here = try await LocalShell().require(LinkedLibraries.list(programs), deadline: .now + Self.short).stdout
    } catch let error as ShellError {
      throw Failure(
        exitCode: .infrastructure,
        "the programs in \(installation.programs) are not whole: ldd says: \(error.reason)\n"
          + "Scripts/build --release builds them again")
    }
    try await push(installation.programs, to: site.folder.programs, files: ["run_exp"])
    for group in LinkedLibraries.carried(here) { try await push(libraries: group) }
    // It says so by its exit status, too, if it finds that this is no program of that machine.
    let there = try await frontend.run(
      LinkedLibraries.list([site.folder.program]), deadline: .now + Self.short
    ).stdout
    for group in LinkedLibraries.lacking(there, from: here) { try await push(libraries: group) }
    return try await whyNotStarting()
  }

  private func push(libraries group: LinkedLibraries.Group) async throws {
    // Where another version is asked for by its number alone, that is a link.
    try await push(group.folder, to: site.folder.programs, files: group.names) { $0.followsLinks = true }
  }

  /// - Returns: in what, where the host has no toolchain.
  private func buildThere() async throws -> RemoteBuild.Builder {
    progress.tell("building on the frontend (minutes, the first time)")
    let frontend = try site.frontend.shell
    let probe = Bootstrap.probe(site.folder, isFrontend: false)
    let finding = Bootstrap.Finding(try await frontend.require(probe, deadline: .now + Self.short).stdout)
    let named = ProcessInfo.processInfo.environment[RemoteBuild.Builder.variable]
    let builder = RemoteBuild.Builder(for: finding.platform, named: named)
    let output = try await frontend.run(
      RemoteBuild.command(site.folder, builder: builder), deadline: .now + Self.building)
    guard output.termination != RemoteBuild.lacksBuilder else {
      throw Failure(
        exitCode: .infrastructure,
        "there is no Swift on the frontend, and the image of a builder, \(builder.image), cannot be had there: "
          + output.stderr.split(separator: "\n").suffix(2).joined(separator: "; ")
          + "\nname another in \(RemoteBuild.Builder.variable), install Swift there, or build on a machine like it: --build local"
      )
    }
    guard output.termination.isSuccess else {
      throw Failure(
        exitCode: .infrastructure,
        "building on the frontend failed:\n\(RemoteBuild.message(in: output.stderr + output.stdout))")
    }
    if let reason = try await whyNotStarting() {
      throw Failure(
        exitCode: .infrastructure,
        "run_exp was built on the frontend and does not start there: \(reason)\n"
          + "its host is \(finding.platform); a builder that fits can be named in \(RemoteBuild.Builder.variable) "
          + "(without Swift there: \(builder.image))")
    }
    return builder
  }

  /// What keeps run_exp from starting there, with all libraries that it needs; nil if it starts.
  private func whyNotStarting() async throws -> String? {
    let output: Output
    do {
      output = try await site.frontend.shell.run(
        Command(site.folder.program, ["--version"]), deadline: .now + Self.short)
    } catch ShellError.notStarted(_, _, let reason) {
      return reason
    }
    guard !output.termination.isSuccess else { return nil }
    return output.stderr.split(separator: "\n").last.map(String.init) ?? "\(output.termination)"
  }

  // MARK: rsync

  /// Brings what is in the folder `source` into the folder `target` of the frontend's host, which is made.
  /// - Parameter files: only these, relative to `source`.
  func push(
    _ source: String, to target: String, files: [String]? = nil, _ change: (inout Rsync) -> Void = { _ in }
  ) async throws {
    let frontend = try site.frontend
    var rsync = Rsync(by: OpenSSH(frontend.destination, knownHosts: site.knownHosts))
    rsync.files = files
    change(&rsync)
    try await site.transferring("bringing \(source.isEmpty ? "the experiment's files" : source)") {
      try await frontend.shell.require(Command("mkdir", ["-p", "--", target]), deadline: .now + Self.short)
      return try await LocalShell().require(
        rsync.push(from: source + "/", to: target + "/"), deadline: .now + Self.transfer)
    }
  }
}
