import CloudUtil

/// Whether somebody is at work on the machines of a cluster, as its frontend's host tells: a run, or a launch from another
/// machine. Asked before anything of the cluster is changed.
struct BusyCheck: Sendable {
  /// Of who asks: what is left of a launch of one's own keeps nobody from the next.
  let lease: LaunchLease

  private static let short: Duration = .seconds(30)

  enum Work: Equatable {
    case run
    /// Who launches, for people.
    case launch(String)
  }

  /// - Returns: nil if nobody is at work.
  /// - Throws: `SSHError`, `ShellError` if the host cannot be asked.
  func answer(of frontend: any RemoteShell) async throws -> Work? {
    let run = try await frontend.run(DetachedRun.isAtWork(lease.folder), deadline: .now + Self.short)
    if run.termination.isSuccess { return .run }
    return try await lease.other(on: frontend).map(Work.launch)
  }
}

extension DetachedRun {
  /// What whoever wants the cluster for something else is told.
  static func isAtWork(on cluster: ClusterID) -> String {
    "a run is at work on \(cluster); follow it with attach, look at it with status, or end it with terminate"
  }
}
