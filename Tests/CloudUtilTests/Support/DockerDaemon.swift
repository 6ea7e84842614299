import Foundation
import Testing

@testable import CloudUtil

/// The Docker daemon that tests use: the one that answers, else one that is started for them and stopped at their end.
enum DockerDaemon {
  /// Made from this machine's busybox, `chrt`, `env` and `bash`.
  static let image = "run_exp-test:latest"

  struct Absent: Error { var reason: String }

  /// Throws `Absent` if there is none and none can be started.
  static func require() async throws {
    switch await daemon.value {
    case .success: return
    case .failure(let absent): throw absent
    }
  }

  /// Starts and stops daemons.
  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Scripts/docker-daemon").standardized.path

  private static let daemon = Task { () -> Result<Void, Absent> in
    let shell = LocalShell()
    do {
      let wasThere = try await shell.run(Command(script, ["status"]), deadline: .soon).termination.isSuccess
      if !wasThere {
        try await shell.require(Command(script, ["start"]), deadline: .now + .seconds(60))
        atexit {
          let stop = Process()
          stop.executableURL = URL(fileURLWithPath: DockerDaemon.script)
          stop.arguments = ["stop"]
          try? stop.run()
          stop.waitUntilExit()
        }
      }
      try await shell.require(makeImage(at: nil), deadline: .now + .seconds(60))
      return .success(())
    } catch {
      return .failure(Absent(reason: "\(error)"))
    }
  }

  /// Makes the image in the daemon at `address`.
  static func makeImage(at address: String?) -> Command {
    Command("sh", ["-c", imageScript, "sh", image], environment: address.map { ["DOCKER_HOST": $0] } ?? [:])
  }

  private static let imageScript = #"""
    set -eu
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    mkdir -p "$root/bin" "$root/tmp"
    chmod 1777 "$root/tmp"
    cp "$(command -v busybox)" "$root/bin/busybox"
    if ldd "$root/bin/busybox" >/dev/null 2>&1; then echo "busybox is not static: apt-get install busybox-static" >&2; exit 1; fi
    for name in sh cat sleep true echo head tail id nc ls mkdir rm seq; do ln -s busybox "$root/bin/$name"; done
    for program in "$(command -v chrt)" "$(command -v env)" "$(command -v bash)"; do
      for file in "$program" $(ldd "$program" | grep -o '/[^ ]*'); do
        mkdir -p "$root${file%/*}"
        cp -L "$file" "$root$file"
      done
    done
    old=$(docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true)
    tar -C "$root" -c . | docker import --change 'LABEL run_exp.sha256.program=0123' - "$1"
    [ -z "$old" ] || docker image rm "$old" >/dev/null || true
    """#
}

/// Tests that need Docker say that they were skipped, and why, where there is none; REQUIRE_DOCKER=1 makes that a failure.
struct DockerTrait: TestTrait, SuiteTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    if test.isSuite { return try await function() }
    do {
      try await DockerDaemon.require()
    } catch let absent as DockerDaemon.Absent {
      if ProcessInfo.processInfo.environment["REQUIRE_DOCKER"] == "1" {
        Issue.record("Docker is required and not there: \(absent.reason)")
        return
      }
      try Test.cancel("SKIPPED, since it needs Docker: \(absent.reason)")
    }
    try await function()
  }
}

extension Trait where Self == DockerTrait {
  static var docker: DockerTrait { DockerTrait() }
}
