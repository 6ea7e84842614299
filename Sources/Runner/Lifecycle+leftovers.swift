import CloudUtil
import Foundation

// What crashed runs of the experiment left on this machine: processes and containers, known by their tags alone.
extension Lifecycle {
  /// Ends it. What belongs to a run that is alive is left alone.
  /// - Throws: `Failure` (infrastructure) if something is still there although it was killed.
  static func terminate(_ invocation: Invocation) async throws {
    let progress = Progress()
    let experiment = invocation.experiment.experimentID
    let processes = try await Leftovers.remove(experiment: experiment)
    for process in processes.removed {
      let program = process.commandLine.split(separator: " ").first?.split(separator: "/").last ?? "process"
      progress.note("ended \(program), process \(process.identity.pid)")
    }
    var blind: ContainerError?
    let containers = try await removeContainers(of: experiment) { blind = $0 }
    for container in containers.removed { progress.note("removed the container \(container.name)") }

    let owners = Set(processes.owned.map(\.owner.pid) + containers.owned.map(\.owner.process.pid))
    if !owners.isEmpty {
      let runs = owners.sorted().map(String.init).joined(separator: ", ")
      progress.note(
        "left alone: \(count(processes.owned.count, "process", "processes")) and "
          + "\(count(containers.owned.count, "container", "containers")) of a run that is alive, or was started on another machine (run_exp \(runs)); "
          + "stop it with Ctrl-C there")
    }
    try requireGone(processes.surviving + containers.surviving)
    if let blind {
      let text =
        "\(experiment): \(count(processes.removed.count, "process", "processes")) of crashed runs ended; "
        + "containers were not looked for: \(blind)"
      // Without a daemon nothing of theirs runs; one that refuses may well keep some.
      guard case .engine(.notAnswering, _) = blind else { throw Failure(exitCode: .infrastructure, text) }
      progress.note(text)
      return
    }
    progress.note(
      "\(experiment): \(count(processes.removed.count, "process", "processes")) and "
        + "\(count(containers.removed.count, "container", "containers")) of crashed runs ended")
  }

  /// Ends it before a run begins: it would load the machine, and write into the folders of the run.
  func endLeftovers() async throws {
    let experiment = invocation.experiment.experimentID
    let processes = try await Leftovers.remove(experiment: experiment)
    // Also before a run of processes; but such a run does not depend on Docker.
    let ended = machinery.ended
    let containers = try await withThrowingTaskGroup(of: (Leftovers<TaggedContainer>, ContainerError?).self) { group in
      for host in machinery.fleet.all {
        group.addTask {
          var blind: ContainerError?
          let found = try await Lifecycle.removeContainers(of: experiment, ended: ended, shell: host.shell) {
            blind = $0
          }
          return (found, blind)
        }
      }
      return try await group.reduce(into: Leftovers<TaggedContainer>()) { all, one in
        all.removed += one.0.removed
        all.surviving += one.0.surviving
        if let blind = one.1, case .images = machinery.packaging {
          progress.note("containers were not looked for: \(blind)")
        }
      }
    }
    let removed = processes.removed.count + containers.removed.count
    if removed > 0 { progress.note("ended \(removed) processes or containers of a crashed run of \(experiment)") }
    try Lifecycle.requireGone(processes.surviving + containers.surviving)
  }

  /// Where there is no Docker, there are no containers.
  private static func removeContainers(
    of experiment: String, ended: Set<RunOwner> = [], shell: any RemoteShell = LocalShell(),
    onError tell: (ContainerError) -> Void
  ) async throws -> Leftovers<TaggedContainer> {
    do {
      return try await DockerEngine(shell: shell).removeLeftovers(experiment: experiment, ended: ended)
    } catch ContainerError.engine(.notInstalled, _) {
      return Leftovers()
    } catch let error as ContainerError {
      tell(error)
      return Leftovers()
    }
  }

  private static func requireGone(_ surviving: [String]) throws {
    guard !surviving.isEmpty else { return }
    throw Failure(
      exitCode: .infrastructure, "still there although killed: \(surviving.joined(separator: ", "))")
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
}
