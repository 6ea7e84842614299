import CloudUtil
import Foundation

// Machines that stay: what was put there is taken away again.
extension Lifecycle {
  /// Ends the run of `cluster` and removes its containers, files and key from every machine of the file, and nothing else.
  static func clear(
    _ invocation: Invocation, of cluster: ClusterID, at place: StaticPlace, _ commands: ClusterCommands
  ) async throws {
    let progress = CloudProgress()
    let site = try place.site(of: cluster, place.machines())
    let frontend = try site.frontend
    let root = invocation.results.root
    try await interruptible {
      var failure: (any Error)?
      do {
        try await frontend.shell.waitUntilReady(deadline: .now + .seconds(30))
        let count = await UncollectedResults.count(of: site.folder, on: frontend.shell, lackingIn: root)
        let warning = UncollectedResults.warning(count, of: cluster, lackingIn: root, commands)
        if let warning { progress.tell(warning) }
        try await frontend.shell.require(HostCleaning.endRun(site.folder), deadline: .now + .seconds(90))
      } catch  where !(error is CancellationError) {
        // The others are cleared all the same.
        failure = error
      }
      try await site.onEach("clearing") { [failure] machine, shell in
        if machine.name == frontend.machine.name, let failure { throw failure }
        try await shell.waitUntilReady(deadline: .now + .seconds(30))
        try await shell.require(
          ClusterKeys.withdraw(comment: site.keyComment, note: site.folder.keyNote), deadline: .now + .seconds(30))
        try await shell.require(HostCleaning.clear(site.folder), deadline: .now + .seconds(120))
      }
    }
    let former = site.formerHosts
    guard former.isEmpty else {
      throw Failure(
        exitCode: .infrastructure,
        "\(cluster): nothing of it is left on the \(site.all.count) machines of the cluster file, but it was on "
          + "\(former.joined(separator: ", ")), too: name them in the file again and give the same command, or, if they are gone, "
          + "remove \(site.state)")
    }
    try FileManager.default.removeItem(atPath: site.state)
    progress.tell("\(cluster): nothing of it is left on \(site.all.count) machines, which stay")
  }
}
