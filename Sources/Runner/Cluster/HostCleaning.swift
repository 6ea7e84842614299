import CloudUtil

/// Takes a cluster's things from a host that stays: its run, containers, files and key, nothing else. Pure.
enum HostCleaning {
  /// Ends the run that is at work, gently first; its containers on other hosts end with it.
  static func endRun(_ folder: ClusterFolder) -> Command {
    let script = #"""
      [ -d "$1" ] || exit 0
      idle() { flock -n "$1" true; }
      idle "$1" && exit 0
      run=$(cat "$1/process") || exit 0
      kill -TERM "$run" 2>/dev/null
      for try in $(seq 60); do idle "$1" && exit 0; sleep 0.5; done
      kill -KILL "$run" 2>/dev/null
      sleep 0.5
      idle "$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.lock])
  }

  /// Removes the containers of an experiment, and what the cluster keeps on the host.
  static func clear(_ folder: ClusterFolder, experiment: String) -> Command {
    let script = #"""
      if command -v docker >/dev/null; then
        containers=$(docker ps --all --quiet --filter "label=$2") || exit 1
        [ -z "$containers" ] || docker rm --force --volumes $containers >/dev/null || exit 1
      fi
      rm -rf -- "$1" 2>/dev/null || sudo -n rm -rf -- "$1" || exit 1
      # Above it only what is empty.
      above=$(dirname "$1")
      for folder in "$above" "$(dirname "$above")"; do
        rmdir -- "$folder" 2>/dev/null || sudo -n rmdir -- "$folder" 2>/dev/null
      done
      if grep -qF -- " --hosts $1 " ~/runner_log.txt 2>/dev/null; then rm -f -- ~/runner_log.txt; fi
      ! [ -e "$1" ]
      """#
    return Command(
      "sh", ["-c", script, "sh", folder.path, "\(ContainerLabel.experiment)=\(experiment)"])
  }
}
