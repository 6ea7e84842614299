import CloudUtil

/// How `launch` starts a run on the frontend's host, looks at it and follows it. Pure.
struct DetachedRun: Equatable, Sendable {
  var folder: ClusterFolder
  /// Of this launch; its status carries it.
  var launch: String
  /// The operator's.
  var files: OperatorFiles
  /// Of `run`, beside those that say where it is.
  var arguments: [String]

  /// In the home of the user who logs in, as ParM has it: leads to the log of the cluster that ran last.
  static let logLink = "runner_log.txt"

  /// Starts the run in a session of its own, which no login's end takes along.
  var start: Command {
    let script = #"""
      set -eu
      mkdir -p "$1" "$3"
      # Results lie in one place, whatever folder they were launched from.
      [ -e "$1/results" ] || ln -s "$3" "$1/results"
      cd "$1"
      export RUN_EXP_FILES=$2 RUN_EXP_CACHE=$4
      log=$5
      link=$HOME/\#(DetachedRun.logLink)
      # A file of that name is somebody's.
      if [ -L "$link" ] || ! [ -e "$link" ]; then ln -sfn "$log" "$link" || :; fi
      shift 5
      echo "--- $(date -u +%Y-%m-%dT%H:%M:%SZ) $*" >>"$log"
      # Without a terminal and without this login's descriptors.
      setsid -f "$@" >>"$log" 2>&1 </dev/null
      """#
    return Command(
      "sh",
      [
        "-c", script, "sh", folder.mirror + files.currentFolder, folder.mirror, folder.results, folder.cache,
        folder.log, folder.program, folder.mirror + files.experiment, "run", "--idx", "0", "--hosts", folder.path,
        "--launch", launch,
      ] + arguments)
  }

  /// Succeeds if a run is at work: it holds the lock as long as it lives, also through a crash of everything else.
  static func isAtWork(_ folder: ClusterFolder) -> Command {
    Command("sh", ["-c", #"[ -d "$1" ] && ! flock -n "$1" true"#, "sh", folder.lock])
  }

  /// Prints the status; nothing if there was no run.
  static func status(_ folder: ClusterFolder) -> Command {
    Command("sh", ["-c", #"[ ! -e "$1" ] || cat -- "$1""#, "sh", folder.status])
  }

  /// Prints the status every other second, a line each, while a run is at work and somebody listens.
  static func watch(_ folder: ClusterFolder) -> Command {
    let script = #"[ -d "$1" ] || exit 0; while ! flock -n "$1" true; do cat -- "$2" && echo || exit 0; sleep 2; done"#
    return Command("sh", ["-c", script, "sh", folder.lock, folder.status])
  }

  /// Prints the byte at which the part of the last run begins in the log (the first is 1).
  static func logStart(_ folder: ClusterFolder) -> Command {
    let script = #"""
      start=$(grep -ab '^--- ' "$1" 2>/dev/null | grep -aF -- " --hosts $2 " | tail -n 1 | cut -d: -f1)
      echo $((${start:-0} + 1))
      """#
    return Command("sh", ["-c", script, "sh", folder.log, folder.path])
  }

  /// Prints the log from a byte on (the first is 1), and goes on until the run has ended.
  static func follow(_ folder: ClusterFolder, from byte: Int) -> Command {
    // `tail` ends by itself when the one who holds the lock has: it watches a process that waits for the lock, and that is
    // not its own child, which nobody would bury.
    let script = #"""
      [ -d "$1" ] || exit 0
      waiting=$(flock "$1" true >/dev/null 2>&1 & echo $!)
      exec tail -c "+$2" -F --pid="$waiting" "$3" 2>/dev/null
      """#
    return Command("sh", ["-c", script, "sh", folder.lock, String(byte), folder.log])
  }
}
