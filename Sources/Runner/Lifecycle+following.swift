import CloudUtil
import Foundation

// How the operator sees a run on a cluster to its end, and has what came of it.
extension Lifecycle {
  /// Follows the run, brings its results home and prints them, and says what the machines cost, however it ends.
  /// - Parameter reaches: makes sure first that the frontend's host is there, and the one it should be.
  /// - Throws: `Failure` that says how the run ended, if not well; with the exit code of ssh if its host was lost sight of.
  static func follow(
    _ site: ClusterSite, _ invocation: Invocation, at place: ClusterPlace, reaches: Bool = false, results: Results,
    overwrites: Bool = false, _ commands: ClusterCommands
  ) async throws {
    let progress = place.progress
    func costs() async -> String { await place.whatItCosts(site, invocation, commands) }
    let again = "follow it again with: \(commands.verb("attach", site.cluster))"
    let status: RunStatus
    do {
      status = try await interruptible {
        if reaches { try await reach(site) }
        return try await ClusterFollow(site: site, progress: progress).follow()
      }
    } catch is CancellationError {
      progress.tell("the run goes on; \(again)")
      progress.tell(await costs())
      throw CancellationError()
    } catch  where error is SSHError || error is ShellError {
      let what =
        await place.hasLostFrontend(site.cluster)
        ? "the frontend's machine does not run any more, as AWS says, and neither does the run; "
          + "to go on with what is not finished: \(commands.launch(site.cluster))"
        : "the run goes on if its host does; \(again)"
      throw Failure(exitCode: .ssh, "\(error)\n\(what)\n\(await costs())")
    }
    do {
      try await interruptible {
        try await bringHome(site, invocation, path: nil, progress: progress, overwrites: overwrites)
      }
    } catch {
      if status.state == .finished || error is CancellationError {
        progress.tell(await costs())
        throw error
      }
      // Why the run ended says more.
      progress.tell("\(error)")
    }
    if status.state == .finished || hasResults(invocation) { try show(invocation, path: nil, results: results) }
    guard status.state == .finished else {
      throw Failure(
        exitCode: status.exit_status.flatMap(ExitCode.init) ?? .experiment,
        "the run on \(site.cluster) \(status.words)\nmachines and results are still there; "
          + "to go on: \(commands.launch(site.cluster))\n\(await costs())")
    }
    progress.tell(await costs())
  }

  static func reach(_ site: ClusterSite) async throws {
    let (machine, shell, _) = try site.frontend
    // It has let in before.
    try await shell.waitUntilReady(deadline: .now + .seconds(60), refusals: .seconds(10))
    try await site.requireIdentity(of: machine, shell)
  }

  static func bringHome(
    _ site: ClusterSite, _ invocation: Invocation, path: String?, progress: CloudProgress, overwrites: Bool
  ) async throws {
    let root = invocation.results.root
    let folder = path ?? invocation.results.folder(ofExperiment: invocation.experiment.experimentID)
    guard let below = invocation.results.relative(folder) else {
      throw Failure(exitCode: .usage, "--path \(folder): results lie below \(root)/, as launch prints them")
    }
    progress.tell("collecting \(root)/\(below)")
    let isAtWork = try await ClusterFollow(site: site, progress: progress).status()?.isAtWork ?? false
    try await ClusterResults(site: site, progress: progress).collect(
      below, to: root, overwrites: overwrites, isAtWork: isAtWork)
  }

  static func hasResults(_ invocation: Invocation) -> Bool {
    invocation.sweep.trials.contains { ResultFolder(url: URL(filePath: invocation.folder(of: $0))).state.isFinished }
  }

  static func show(_ invocation: Invocation, path: String?, results: Results) throws {
    guard let path else { return try analyze(invocation, as: results) }
    let trials = ResultFolder.trials(below: URL(filePath: path))
    guard !trials.isEmpty else {
      throw Failure(exitCode: .results, "\(path) holds no finished trial; launch prints the path of each")
    }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    for trial in trials {
      try results.show(
        path: trial.isEmpty ? folder : "\(folder)/\(trial)",
        try Analysis.analyze(folder: URL(filePath: folder).appending(path: trial)))
    }
  }
}
