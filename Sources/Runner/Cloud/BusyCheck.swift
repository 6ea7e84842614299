import CloudUtil
import Foundation

/// Whether somebody is at work on the machines of a cluster, as its frontend's host tells: a run, or a launch from another
/// machine. Asked before anything of the cluster is changed.
struct BusyCheck: Sendable {
  let folder: ClusterFolder
  /// Who asks, as `LaunchLease`: what is left of a launch of one's own keeps nobody from the next.
  let owner: String

  private static let short: Duration = .seconds(30)

  enum Work: Equatable {
    case run
    /// Who launches, for people.
    case launch(String)
  }

  /// - Returns: nil if nobody is at work.
  /// - Throws: `SSHError`, `ShellError` if the host cannot be asked.
  func answer(of frontend: any RemoteShell) async throws -> Work? {
    let run = try await frontend.run(DetachedRun.isAtWork(folder), deadline: .now + Self.short)
    if run.termination.isSuccess { return .run }
    let launcher = try await frontend.require(launcher, deadline: .now + Self.short).stdout
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return launcher.isEmpty || launcher == owner ? nil : .launch(launcher)
  }

  /// Prints who launches; nothing if nobody has said so of late.
  private var launcher: Command {
    let script = #"""
      changed=$(stat -c %Y -- "$1" 2>/dev/null) || exit 0
      [ $(($(date +%s) - changed)) -ge "$2" ] || cat -- "$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.launcher, String(LaunchLease.life_s)])
  }
}

extension Cloud {
  /// - Throws: `Failure` (infrastructure) if somebody is at work on `cluster`. A frontend that cannot be asked from here, or
  ///   does not run, keeps nobody from going on: it is asked again once it can be reached.
  func requireIdle(_ cluster: ClusterID, _ commands: ClusterCommands) async throws {
    guard FileManager.default.fileExists(atPath: site.privateKey(of: cluster)) else { return }
    let machines = try await perform(commands, cluster) {
      // A key that is no good shows before anybody is asked.
      _ = try await site.publicKey(of: cluster)
      return try await provider.machines(of: cluster)
    }
    guard machines[Role("frontend")]?.isEmpty == false else { return }
    let place = try site(of: cluster, machines)
    let work: BusyCheck.Work?
    do {
      work = try await interruptible { try await whoIsAtWork(on: place) }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      progress.tell("cannot ask now whether somebody is at work on \(cluster): \(error)")
      return
    }
    let words: String
    switch work {
    case .run:
      words = "a run is at work on \(cluster); follow it with attach, look at it with status, or end it with terminate"
    case .launch(let owner): words = "\(owner) is launching on \(cluster); wait for it"
    case nil: return
    }
    let other = ClusterID(experiment: cluster.experiment, name: "NAME")
    throw Failure(
      exitCode: .infrastructure,
      "\(words)\nnothing of it was changed; to make another cluster: \(commands.launch(other))")
  }

  private func whoIsAtWork(on site: ClusterSite) async throws -> BusyCheck.Work? {
    let (machine, _, destination) = try site.frontend
    try AddressBook(path: "\(site.state)/addresses", knownHosts: site.knownHosts).update([(machine.name, destination)])
    let shell = SSHShell(to: destination, knownHosts: site.knownHosts, reconnecting: patience)
    defer { shell.close() }
    try await site.requireIdentity(of: machine, shell)
    return try await BusyCheck(folder: site.folder, owner: LaunchLease(site).owner).answer(of: shell)
  }
}
