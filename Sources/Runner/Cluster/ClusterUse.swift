import CloudUtil

/// What was done with a cluster's machines so far: whether a launch that failed may give them back.
enum ClusterUse: Equatable, Sendable {
  /// No run was ever started on them, and nobody else launches.
  case none
  /// Somebody else brings things there.
  case launching(String)
  /// A run was started on them, whose results may be there alone.
  case run
  /// Their frontend's host does not say.
  case unknown(String)

  /// Why they are to stay; nil if they are not.
  var reasonToStay: String? {
    switch self {
    case .none: nil
    case .launching(let owner): "\(owner) is launching on them"
    case .run: "a run was started on them before: collect its results, then terminate"
    case .unknown(let reason): "whether a run was ever started on them is not known: \(reason)"
    }
  }
}

extension LaunchLease {
  private static let short: Duration = .seconds(30)

  /// Asks the frontend's host what the machines were used for.
  ///
  /// If it was nothing, the lease is ours when this returns, so that it stays nothing while they are given back.
  func use(of shell: any RemoteShell) async -> ClusterUse {
    do {
      // Whoever launches makes the folder first.
      let look = Command("sh", ["-c", #"[ -d "$1" ] && echo yes || echo no"#, "sh", folder.path])
      guard try await shell.require(look, deadline: .now + Self.short).stdout != "no\n" else { return .none }
      switch try await ask(shell) {
      case .ours: break
      case .others(let owner, _): return .launching(owner)
      case .none(let reason): return .unknown(reason)
      }
      // One that has just begun holds the lock and has no status yet.
      let lock = try await shell.run(DetachedRun.isAtWork(folder), deadline: .now + Self.short)
      let status = try await shell.require(DetachedRun.status(folder), deadline: .now + Self.short).stdout
      if status.isEmpty, !lock.termination.isSuccess { return .none }
      await giveBack(on: shell)
      return .run
    } catch {
      return .unknown("\(error)")
    }
  }
}
