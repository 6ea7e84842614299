import CloudUtil
import Foundation

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
      work = try await interruptible {
        try await askFrontend(of: place) { try await BusyCheck(lease: LaunchLease(place)).answer(of: $0) }
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      progress.tell("cannot ask now whether somebody is at work on \(cluster): \(error)")
      return
    }
    let words: String
    switch work {
    case .run:
      words = DetachedRun.isAtWork(on: cluster)
    case .launch(let owner): words = "\(owner) is launching on \(cluster); wait for it"
    case nil: return
    }
    let other = ClusterID(experiment: cluster.experiment, name: "NAME")
    throw Failure(
      exitCode: .infrastructure,
      "\(words)\nnothing of it was changed; to make another cluster: \(commands.launch(other))")
  }

  /// What the machines of `cluster` that run were used for, as their frontend's host says if it answers soon.
  func use(of cluster: ClusterID) async -> ClusterUse {
    do {
      let machines = try await provider.machines(of: cluster)
      guard machines[Role("frontend")]?.isEmpty == false else { return .unknown("no frontend of them runs") }
      let place = try site(of: cluster, machines)
      if place.hasStarted { return .run }
      return try await askFrontend(of: place) { try await LaunchLease(place).use(of: $0) }
    } catch {
      return .unknown("\(error)")
    }
  }

  /// Asks the host of a frontend that may not be reached from here.
  private func askFrontend<Answer: Sendable>(
    of site: ClusterSite, _ question: (SSHShell) async throws -> Answer
  ) async throws -> Answer {
    let (machine, _, destination) = try site.frontend
    try AddressBook(path: "\(site.state)/addresses", knownHosts: site.knownHosts).update([(machine.name, destination)])
    let shell = SSHShell(to: destination, knownHosts: site.knownHosts, reconnecting: patience)
    defer { shell.close() }
    try await site.requireIdentity(of: machine, shell)
    return try await question(shell)
  }
}
