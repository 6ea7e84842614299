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
      # Whoever looks holds the lock for a moment, and the number may be somebody else's by now.
      tr '\0' ' ' <"/proc/$run/cmdline" 2>/dev/null | grep -qF -- " --hosts $(dirname "$1") " || exit 0
      kill -TERM "$run" 2>/dev/null
      for try in $(seq 60); do idle "$1" && exit 0; sleep 0.5; done
      kill -KILL "$run" 2>/dev/null
      sleep 0.5
      idle "$1"
      """#
    return Command("sh", ["-c", script, "sh", folder.lock])
  }

  /// Has the host know that containers of `owner` may be on it from now on.
  static func enter(_ owner: RunOwner, in folder: ClusterFolder) -> Command {
    let script = #"mkdir -p -- "${1%/*}" && { grep -qxF -- "$2" "$1" 2>/dev/null || printf '%s\n' "$2" >>"$1"; }"#
    return Command("sh", ["-c", script, "sh", folder.owners, "\(owner)"])
  }

  /// Removes the containers of the cluster's runs, and what it keeps on the host.
  static func clear(_ folder: ClusterFolder) -> Command {
    let script = #"""
      docker rm --force "$2" >/dev/null 2>&1
      owners=()
      ! [ -e "$3" ] || mapfile -t owners <"$3" || exit 1
      for owner in "${owners[@]}"; do
        containers=$(docker ps --all --quiet --filter "label=$4=$owner") || exit 1
        [ -z "$containers" ] || docker rm --force --volumes $containers >/dev/null || exit 1
        # What they never read of their secrets.
        rm -rf -- \#(EntryFolder.prefix)*."$owner"
      done
      # An rsync whose operator was killed may be writing there until its connection is.
      for try in 1 2 3 4 5; do
        rm -rf -- "$1" 2>/dev/null || sudo -n rm -rf -- "$1" && break
        [ "$try" != 5 ] || exit 1
        sleep 1
      done
      # Above it only what is empty.
      above=$(dirname "$1")
      for folder in "$above" "$(dirname "$above")"; do
        rmdir -- "$folder" 2>/dev/null || sudo -n rmdir -- "$folder" 2>/dev/null
      done
      # Where it led here, it leads to what was written last of the clusters that are left.
      link=~/\#(DetachedRun.logLink)
      if [ "$(readlink -- "$link")" = "$5" ]; then
        rm -f -- "$link"
        other=$(ls -t -- "$(dirname "$above")"/*/*/"${5##*/}" 2>/dev/null | head -n 1)
        [ -z "$other" ] || ln -s -- "$other" "$link"
      fi
      ! [ -e "$1" ]
      """#
    return Command(
      "bash", ["-c", script, "bash", folder.path, folder.builder, folder.owners, ContainerLabel.owner, folder.log])
  }
}
