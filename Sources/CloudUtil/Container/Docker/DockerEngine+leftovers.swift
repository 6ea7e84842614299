extension DockerEngine {
  /// Every container of `experiment` on this host, running or not, whoever deployed it. They are known by their labels
  /// alone, never by name or image.
  public func find(experiment: String) async throws -> [TaggedContainer] {
    try await docker.containers(labelled: [(ContainerLabel.experiment, experiment)]).compactMap { TaggedContainer($0) }
  }

  /// What an interrupted trial of what the host can do left, and nobody will remove.
  private func orphanedTrials() async throws -> [TaggedContainer] {
    try await find(experiment: ContainerLabel.trial).filter { $0.isOrphan || !$0.isRunning }
  }

  /// Removes every container of `experiment` whose owner has ended, and what containers of theirs never read of their
  /// secrets; nothing being there is not an error. Runs to its end even if the task is cancelled.
  /// - Parameter ended: owners of whom the caller knows that they have ended, wherever they were.
  public func removeLeftovers(
    experiment: String, ended: Set<RunOwner> = []
  ) async throws -> Leftovers<TaggedContainer> {
    try await shielded { [self] in
      let found = try await find(experiment: experiment)
      let isOrphan = { (container: TaggedContainer) in container.isOrphan || ended.contains(container.owner) }
      let orphans = found.filter(isOrphan)
      var leftovers = Leftovers(removed: orphans, owned: found.filter { !isOrphan($0) })
      if !orphans.isEmpty {
        let containers = try await docker.containers(orphans.map(\.id))
        await docker.stop(containers)
        do {
          try await docker.remove(containers)
        } catch ContainerError.surviving(let names) {
          leftovers.surviving = names
          let ids = Set(try await docker.containers(orphans.map(\.id)).map(\.id))
          leftovers.removed.removeAll { ids.contains($0.id) }
        }
      }
      try await removeEntries(experiment: experiment, ended: ended)
      let trials = try await docker.containers(orphanedTrials().map(\.id))
      if !trials.isEmpty { try await docker.remove(trials) }
      return leftovers
    }
  }

  private func removeEntries(experiment: String, ended: Set<RunOwner>) async throws {
    let paths = try await docker.perform(EntryFolder.list(experiment: experiment)).stdout.split(separator: "\n")
    let orphans = paths.map(String.init).filter { path in
      EntryFolder.owner(of: path).map { $0.state == .ended || ended.contains($0) } ?? false
    }
    if !orphans.isEmpty { try await docker.perform(EntryFolder.remove(orphans)) }
  }
}
