/// Processes of an experiment that outlived the process which should have ended them.
public struct Leftovers: Equatable, Sendable {
  /// Ended by `remove`.
  public var removed: [TaggedProcess]
  /// Left alone, since the run they belong to is still owned by a living process.
  public var owned: [TaggedProcess]
  /// Still there although they were killed (stuck in the kernel, or of another user).
  public var surviving: [ProcessIdentity]

  /// Ends every process of `experiment` whose owner has ended: SIGTERM, then SIGKILL after `grace`.
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
    return Leftovers(removed: orphans.filter { !surviving.contains($0.identity) }, owned: owned, surviving: surviving)
  }

  private static func partition(experiment: String) -> (orphans: [TaggedProcess], owned: [TaggedProcess]) {
    let found = TaggedProcess.find(experiment: experiment)
    return (found.filter { !$0.owner.isAlive }, found.filter(\.owner.isAlive))
  }
}
