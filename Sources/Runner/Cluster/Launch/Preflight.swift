import CloudUtil
import Foundation

/// What a launch on a cluster needs of the operator's machine, looked at before there are machines that cost.
struct Preflight: Sendable {
  let invocation: Invocation
  let build: BuildChoice

  /// With the packages that have them.
  private static let programs = [("ssh", "openssh-client"), ("ssh-keygen", "openssh-client"), ("rsync", "rsync")]

  /// Builds models that are missing and can be built, since nobody can on the frontend's host.
  /// - Returns: what the experiment takes along.
  /// - Throws: `Failure` (infrastructure) that says what is missing here and what to do; (config) if a file that the experiment
  ///   names cannot be used.
  func check() async throws -> OperatorFiles {
    try requirePrograms(path: ProcessInfo.processInfo.environment["PATH"] ?? "")
    try requireResults(at: invocation.results.root)
    try await ModelStore(installation: invocation.installation, shell: LocalShell(), progress: Progress())
      .provide(Set(invocation.sweep.trials.flatMap { [$0.model] + $0.redundantModels }))
    return try OperatorFiles(invocation)
  }

  /// - Throws: `Failure` (infrastructure) if results could not come to the folder `path`, which need not be there.
  func requireResults(at path: String) throws {
    var folder = URL(filePath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" { folder.deleteLastPathComponent() }
    guard access(folder.path + "/.", W_OK | X_OK) != 0 else { return }
    throw ResultFolder.cannotWrite(to: path, "\(folder.path): \(String(cString: strerror(errno)))")
  }

  /// - Throws: `Failure` (infrastructure) if a program is not in `path`, or one of ours is to be taken along and not built.
  func requirePrograms(path: String) throws {
    let folders = path.split(separator: ":")
    let missing = Self.programs.filter { program, _ in
      !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }
    guard missing.isEmpty else {
      throw Failure(
        exitCode: .infrastructure,
        "\(missing.map(\.0).joined(separator: ", ")): not in PATH, and a launch needs it to reach its hosts.\n"
          + "Install: apt-get install \(Set(missing.map(\.1)).sorted().joined(separator: " "))")
    }
    let ours = Packaging.missing(in: invocation.installation)
    guard build != .local || ours.isEmpty else {
      throw Failure(
        exitCode: .infrastructure,
        "not built in \(invocation.installation.programs): \(ours.joined(separator: ", "))\n"
          + "Scripts/build --release builds them; --build remote does so on the frontend")
    }
  }
}
