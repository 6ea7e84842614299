import CloudUtil
import Foundation

/// Keeps launches from different machines apart: a file on the frontend's host that says who brings things there. It is kept
/// fresh while the launch lives; one that is not is nobody's.
struct LaunchLease: Sendable {
  let folder: ClusterFolder
  /// Who launches, for people: the same whenever this operator does it again.
  let owner: String

  /// Seconds after which a lease that was not kept fresh is nobody's.
  static let life_s = 180
  private static let pace: Duration = .seconds(45)
  private static let short = ClusterSite.short

  init(_ site: ClusterSite) {
    folder = site.folder
    owner = "\(NSUserName())@\(ProcessInfo.processInfo.hostName) (\(site.state))"
  }

  init(folder: ClusterFolder, owner: String) {
    (self.folder, self.owner) = (folder, owner)
  }

  /// Does `work` while nobody else launches on this cluster.
  /// - Throws: `Failure` (infrastructure) that names who does; what `work` throws.
  func hold(on shell: any RemoteShell, while work: () async throws -> Void) async throws {
    let answer = try await shell.run(take, deadline: .now + Self.short)
    guard answer.termination.isSuccess else {
      let words = answer.stdout.split(separator: "\n").map(String.init)
      throw Failure(
        exitCode: .infrastructure,
        words.count == 2
          ? "\(words[0]) is launching on this cluster, \(words[1]) s ago at the latest; if that launch is gone, try again in \(Self.life_s) s"
          : "who launches cannot be noted in \(folder.launcher): \(answer.stderr)")
    }
    try await withTeardown {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          while true {
            try await Task.sleep(for: Self.pace)
            _ = try? await shell.run(take, deadline: .now + Self.short)
          }
        }
        defer { group.cancelAll() }
        try await work()
      }
    } teardown: {
      _ = try? await shell.run(release, deadline: .now + Self.short)
    }
  }

  /// Takes the lease, or keeps it fresh; prints whose it is and its age in seconds, and fails, if it is another's.
  var take: Command {
    let script = #"""
      exec 9>>"$1.lock" && flock 9 || exit 1
      if [ -e "$1" ]; then
        other=$(cat -- "$1")
        age=$(($(date +%s) - $(stat -c %Y -- "$1")))
        if [ "$other" != "$2" ] && [ "$age" -lt "$3" ]; then printf '%s\n' "$other" "$age"; exit 75; fi
      fi
      printf '%s\n' "$2" >"$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.launcher, owner, String(Self.life_s)])
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
