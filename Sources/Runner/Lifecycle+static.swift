import CloudUtil
import Foundation

// Machines that stay: what was put there is taken away again.
extension Lifecycle {
  /// Ends the run of `cluster` and removes its containers, files and key from every machine of the file, and nothing else.
  static func clear(_ cluster: ClusterID, at place: StaticPlace) async throws {
    let progress = CloudProgress()
    let site = try place.site(of: cluster, place.machines())
    try await interruptible {
      var owners: [String] = []
      do {
        let frontend = try site.frontend.shell
        try await frontend.waitUntilReady(deadline: .now + .seconds(30))
        try await frontend.require(HostCleaning.endRun(site.folder), deadline: .now + .seconds(90))
        owners = try await frontend.require(HostCleaning.owners(site.folder), deadline: .now + .seconds(30)).stdout
          .split(separator: "\n").map(String.init)
      } catch let error as SSHError {
        // The others are cleared all the same; the failure is told below.
        progress.tell("\(error)\nwhich containers are the cluster's is not known without it: they stay")
      }
      try await site.onEach("clearing") { [owners] _, shell in
        try await shell.waitUntilReady(deadline: .now + .seconds(30))
        try await shell.require(
          HostCleaning.clear(site.folder, owners: owners), deadline: .now + .seconds(120))
        try await shell.require(ClusterKeys.withdraw(comment: site.keyComment), deadline: .now + .seconds(30))
      }
    }
    try FileManager.default.removeItem(atPath: site.state)
    progress.tell("\(cluster): nothing of it is left on \(site.all.count) machines, which stay")
  }
}
