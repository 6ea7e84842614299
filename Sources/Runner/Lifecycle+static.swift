import CloudUtil
import Foundation

// Machines that stay: what was put there is taken away again.
extension Lifecycle {
  /// Ends the run of `cluster` and removes its containers, files and key from every machine of the file, and nothing else.
  static func clear(_ cluster: ClusterID, at place: StaticPlace) async throws {
    let progress = CloudProgress()
    let site = try place.site(of: cluster, place.machines())
    let frontend = try site.frontend
    try await interruptible {
      var silence: SSHError?
      do {
        try await frontend.shell.waitUntilReady(deadline: .now + .seconds(30))
        try await frontend.shell.require(HostCleaning.endRun(site.folder), deadline: .now + .seconds(90))
      } catch let error as SSHError {
        // The others are cleared all the same.
        silence = error
      }
      try await site.onEach("clearing") { [silence] machine, shell in
        if machine.name == frontend.machine.name, let silence { throw silence }
        try await shell.waitUntilReady(deadline: .now + .seconds(30))
        try await shell.require(HostCleaning.clear(site.folder), deadline: .now + .seconds(120))
        try await shell.require(ClusterKeys.withdraw(comment: site.keyComment), deadline: .now + .seconds(30))
      }
    }
    try FileManager.default.removeItem(atPath: site.state)
    progress.tell("\(cluster): nothing of it is left on \(site.all.count) machines, which stay")
  }
}
