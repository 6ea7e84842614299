import CloudUtil
import Foundation

/// Finished trials that lie on a cluster and not here, and go with it.
enum UncollectedResults {
  /// Asking is a courtesy: a host that does not answer by then is not waited for.
  private static let patience: Duration = .seconds(5)

  /// How many there are; nil if the frontend's host does not say.
  /// - Parameter root: the results folder here.
  static func count(of cluster: ClusterFolder, on shell: any RemoteShell, lackingIn root: String) async -> Int? {
    let output = try? await shell.run(list(cluster), deadline: .now + patience)
    guard let output, output.termination.isSuccess else { return nil }
    return paths(output.stdout).count { !ResultFolder(url: URL(filePath: "\(root)/\($0)")).state.isFinished }
  }

  /// `WARNING: ...`; nil if there are none.
  static func warning(_ count: Int?, of cluster: ClusterID, lackingIn root: String, _ commands: ClusterCommands)
    -> String?
  {
    guard let count, count > 0 else { return nil }
    return "WARNING: \(count) finished \(count == 1 ? "trial" : "trials") of \(cluster) not below \(root) here "
      + "\(count == 1 ? "goes" : "go") with it; what is still there is brought home by: \(commands.verb("collect", cluster))"
  }

  /// Prints the files that a finished trial has, relative to the results folder there.
  static func list(_ cluster: ClusterFolder) -> Command {
    let script = #"cd "$1" 2>/dev/null || exit 0; find . -name summary.json"#
    return Command("sh", ["-c", script, "sh", cluster.results])
  }

  /// The folders of finished trials among what `list` prints.
  static func paths(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let levels = line.split(separator: "/").dropFirst().dropLast()
      let isWhole = !levels.contains {
        $0.hasSuffix(ResultFolder.partialSuffix) || $0.hasSuffix(ResultFolder.replacedSuffix)
      }
      return isWhole ? levels.joined(separator: "/") : nil
    }
  }
}

extension Lifecycle {
  /// Says which results would go with a cluster in the cloud, if its frontend's host answers, which costs seconds at most.
  ///
  /// A host to which this machine has never spoken is not asked.
  /// - Throws: `CancellationError`.
  static func warnOfResults(
    _ invocation: Invocation, of cluster: ClusterID, on cloud: Cloud, _ commands: ClusterCommands
  ) async throws {
    let known = KnownHosts(path: "\(cloud.site.folder(of: cluster))/known_hosts").path
    guard FileManager.default.fileExists(atPath: known) else { return }
    let root = invocation.results.root
    let warning = try await interruptible { () -> String? in
      let machines = try? await within(.seconds(10)) { try await cloud.provider.machines(of: cluster) }
      guard let machines, let site = try? cloud.site(of: cluster, machines), let frontend = try? site.frontend else {
        return nil
      }
      guard
        (try? await within(.seconds(5), { try await site.requireIdentity(of: frontend.machine, frontend.shell) }))
          != nil
      else { return nil }
      let count = await UncollectedResults.count(of: site.folder, on: frontend.shell, lackingIn: root)
      return UncollectedResults.warning(count, of: cluster, lackingIn: root, commands)
    }
    if let warning { cloud.progress.tell(warning) }
  }
}
