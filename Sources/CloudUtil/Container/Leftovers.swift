/// What of an experiment outlived the process which should have ended it: processes or containers.
public struct Leftovers<Item: Equatable & Sendable>: Equatable, Sendable {
  /// Ended by `remove`.
  public var removed: [Item]
  /// Left alone, since the run they belong to is still owned by a living process.
  public var owned: [Item]
  /// What is still there although it was killed (stuck in the kernel, or of another user), for a human.
  public var surviving: [String]

  public init(removed: [Item] = [], owned: [Item] = [], surviving: [String] = []) {
    self.removed = removed
    self.owned = owned
    self.surviving = surviving
  }
}

extension Leftovers where Item == TaggedProcess {
  /// Ends every process of `experiment` on this machine whose owner has ended: SIGTERM, then SIGKILL after `grace`.
  ///
  /// A group that such a process leads is ended with it. Being called twice, processes that vanish meanwhile and
  /// finding nothing are not errors. Runs to its end even if the task is cancelled.
  public static func remove(experiment: String, grace: Duration = .seconds(2)) async throws -> Leftovers {
    let (orphans, owned) = partition(experiment: experiment)
    let surviving = try await shielded {
      await Takedown(grace: grace).end {
        let orphans = partition(experiment: experiment).orphans
        let leaders = Set(orphans.map(\.identity.pid)).intersection(orphans.map(\.group))
        let tagged = Set(orphans.map(\.identity))
        return ProcessStatus.all().filter { tagged.contains($0.identity) || leaders.contains($0.group) }
      }
    }
    return Leftovers(
      removed: orphans.filter { !surviving.contains($0.identity) }, owned: owned,
      surviving: surviving.map(\.description))
  }

  private static func partition(experiment: String) -> (orphans: [TaggedProcess], owned: [TaggedProcess]) {
    let found = TaggedProcess.find(experiment: experiment)
    return (found.filter { !$0.owner.isAlive }, found.filter(\.owner.isAlive))
  }
}
