import CloudUtil
import Foundation

/// Keeps launches from different machines apart: a file on the frontend's host that says who brings things there. It is kept
/// fresh while the launch lives; one that is not is nobody's.
struct LaunchLease: Sendable {
  let folder: ClusterFolder
  /// Who launches, for people: the same whenever this operator does it again.
  let owner: String

  /// From keeping it fresh to doing so again.
  private let pace: Duration

  /// Seconds after which a lease that was not kept fresh is nobody's.
  static let life_s = 180
  private static let short = ClusterSite.short

  /// - Throws: what keeps this operator from being told from others of the same name.
  init(_ site: ClusterSite) throws {
    self.init(
      folder: site.folder,
      owner: "\(NSUserName())@\(ProcessInfo.processInfo.hostName) (\(site.state), \(try site.operatorID()))")
  }

  init(folder: ClusterFolder, owner: String, pace: Duration = .seconds(45)) {
    (self.folder, self.owner, self.pace) = (folder, owner, pace)
  }

  /// What came of asking for the lease.
  enum Answer: Equatable, Sendable {
    case ours
    /// Who launches, and how many seconds ago they said so.
    case others(String, age_s: String)
    /// It cannot be noted.
    case none(reason: String)
  }

  /// Takes the lease, or keeps it fresh.
  /// - Throws: `ShellError` if there is no answer.
  func ask(_ shell: any RemoteShell) async throws -> Answer {
    let output = try await shell.run(take, deadline: .now + Self.short)
    switch output.termination {
    case .exited(0): return .ours
    case .exited(Self.isAnothers):
      let words = output.stdout.split(separator: "\n").map(String.init)
      return .others(words.first ?? "somebody", age_s: words.last ?? "0")
    default: return .none(reason: output.stderr)
    }
  }

  /// Does `work` while nobody else launches on this cluster; `work` is cancelled if the lease has come to somebody else, as it
  /// does when this machine could not keep it fresh for a while.
  /// - Throws: `Failure` (infrastructure) that names who does; what `work` throws.
  func hold(on shell: any RemoteShell, while work: @escaping @Sendable () async throws -> Void) async throws {
    switch try await ask(shell) {
    case .ours: break
    case .others(let owner, let age_s):
      throw Failure(
        exitCode: .infrastructure,
        "\(owner) is launching on this cluster, \(age_s) s ago at the latest; if that launch is gone, try again in \(Self.life_s) s"
      )
    case .none(let reason):
      throw Failure(
        exitCode: .infrastructure, "who launches cannot be noted in \(folder.launcher): \(reason)")
    }
    try await withTeardown {
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await keepFresh(on: shell) }
        group.addTask(operation: work)
        try await group.next()
      }
    } teardown: {
      await giveBack(on: shell)
    }
  }

  /// - Throws: `Failure` (infrastructure) once it is another's. A host that does not answer says nothing about that.
  private func keepFresh(on shell: any RemoteShell) async throws {
    while true {
      try await Task.sleep(for: pace)
      guard case .others(let owner, _)? = try? await ask(shell) else { continue }
      throw Failure(
        exitCode: .infrastructure,
        "the frontend did not hear of this launch for a while, and now \(owner) is launching on this cluster")
    }
  }

  /// Who else launches, if anybody; changes nothing.
  /// - Throws: `ShellError` if there is no answer.
  func other(on shell: any RemoteShell) async throws -> String? {
    let holder = try await shell.require(look, deadline: .now + Self.short).stdout
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return holder.isEmpty || holder == owner ? nil : holder
  }

  /// Gives it back, if it is ours and that can be said.
  func giveBack(on shell: any RemoteShell) async {
    _ = try? await shell.run(release, deadline: .now + Self.short)
  }

  /// The exit status of `take` then.
  private static let isAnothers: Int32 = 75

  /// Takes the lease, or keeps it fresh; prints whose it is and its age in seconds, and fails, if it is another's.
  var take: Command {
    let script = #"""
      exec 9>>"$1.lock" && flock 9 || exit 1
      if [ -e "$1" ]; then
        other=$(cat -- "$1")
        age=$(($(date +%s) - $(stat -c %Y -- "$1")))
        if [ "$other" != "$2" ] && [ "$age" -lt "$3" ]; then printf '%s\n' "$other" "$age"; exit \#(Self.isAnothers); fi
      fi
      printf '%s\n' "$2" >"$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.launcher, owner, String(Self.life_s)])
  }

  /// Prints whose it is; nothing if it is nobody's.
  private var look: Command {
    let script = #"""
      changed=$(stat -c %Y -- "$1" 2>/dev/null) || exit 0
      [ $(($(date +%s) - changed)) -ge "$2" ] || cat -- "$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.launcher, String(Self.life_s)])
  }

  /// Gives it back, if it is ours.
  var release: Command {
    let script = #"""
      exec 9>>"$1.lock" && flock 9 || exit 1
      [ "$(cat -- "$1" 2>/dev/null)" != "$2" ] || rm -f -- "$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.launcher, owner])
  }
}
