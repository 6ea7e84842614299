import CloudUtil

/// What a stock Debian or Ubuntu host needs before it can be a cluster's: found out by looking, not by remembering. Pure.
enum Bootstrap {
  /// What a host lacks.
  enum Need: String, CaseIterable, Sendable {
    /// The cluster's folder, or one that this user may write to.
    case folder
    case docker, rsync
    /// What is called docker is podman's, which has no daemon.
    case podman
    /// A library that run_exp is linked with.
    case libraries
    /// The daemon does not answer.
    case daemon
    /// It answers, but not to this user.
    case permission
    case sudo

    /// For who has to see to it by hand.
    func words(_ folder: ClusterFolder) -> String {
      switch self {
      case .folder: "a folder \(folder.path) that belongs to its user"
      case .docker: "docker"
      case .podman: "Docker itself, for its command docker is podman's: apt-get remove podman-docker"
      case .rsync: "rsync"
      case .libraries: "a library of \(Bootstrap.libraries.joined(separator: ", "))"
      case .daemon: "a Docker daemon that answers"
      case .permission: "permission to use Docker (the group docker)"
      case .sudo: "sudo without a password"
      }
    }
  }

  /// What is lacking in words, in a fixed order.
  static func words(_ needs: Set<Need>, _ folder: ClusterFolder) -> String {
    Need.allCases.filter(needs.contains).map { $0.words(folder) }.joined(separator: "; ")
  }

  /// What a look at a host shows.
  struct Finding: Equatable, Sendable {
    var needs: Set<Need>
    /// `debian 12 x86_64`.
    var platform: String
    /// The user is root, and needs no sudo.
    var isRoot: Bool
    /// What sudo said.
    var refusal = ""

    /// - Parameter text: what `probe` prints.
    init(_ text: String) {
      var (needs, platform, isRoot): (Set<Need>, String, Bool) = ([], "unknown", false)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.first {
        case "needs": if let need = words.last.flatMap(Need.init) { needs.insert(need) }
        case "platform": platform = words.last ?? platform
        case "root": isRoot = true
        case "refusal": refusal = words.dropFirst().joined()
        default: break
        }
      }
      (self.needs, self.platform, self.isRoot) = (needs, platform, isRoot)
    }

    /// Whether nothing has to be installed or made.
    var isReady: Bool { needs.subtracting([.sudo]).isEmpty }
  }

  /// Libraries of run_exp that a minimal system lacks, by the name under which the loader finds them.
  static let libraries = ["libcurl.so.4", "libssh2.so.1", "libyaml-0.so.2", "libhiredis.so", "libxml2.so.2"]

  /// Prints what is lacking and what the host is; changes nothing.
  /// - Parameter isFrontend: run_exp itself is to run there.
  static func probe(_ folder: ClusterFolder, isFrontend: Bool) -> Command {
    let script = #"""
      PATH=$PATH:/usr/sbin:/sbin
      . /etc/os-release 2>/dev/null
      echo "platform ${ID:-unknown} ${VERSION_ID:-} $(uname -m)"
      [ -d "$1" ] && [ -w "$1" ] && [ -O "$1" ] || echo needs folder
      command -v rsync >/dev/null || echo needs rsync
      if [ "$(id -u)" = 0 ]; then echo root
      elif ! refusal=$(sudo -n true 2>&1); then echo needs sudo; echo refusal $refusal; fi
      if ! command -v docker >/dev/null; then echo needs docker
      elif docker --version 2>/dev/null </dev/null | grep -qi podman; then echo needs podman
      elif error=$(timeout 10 docker version 2>&1 >/dev/null); then :
      else case $error in *[Pp]ermission*) echo needs permission ;; *) echo needs daemon ;; esac; fi
      shift
      for library; do ldconfig -p | grep -qF "$library" || { echo needs libraries; break; }; done
      """#
    return Command("sh", ["-c", script, "sh", folder.path] + (isFrontend ? libraries : []))
  }

  /// Of `libraries`, as Debian and Ubuntu call them from one release to the next.
  private static let libraryPackages = [
    "libcurl4|libcurl4t64", "libssh2-1|libssh2-1t64", "libyaml-0-2", "libhiredis0.14|libhiredis1.1.0|libhiredis1.1",
    "libxml2",
  ]

  /// Seconds after which installing is given up, on the host itself.
  static let patience_s = 840

  /// Installs and makes what is lacking. Its last lines of stderr say what went wrong. By sudo itself where it takes that: what
  /// ends a command by ssh then ends it as root, too.
  static func install(_ folder: ClusterFolder, _ finding: Finding, isFrontend: Bool) -> Command {
    var packages: [String] = []
    // Since Debian 13 the command is in a package of its own.
    if finding.needs.contains(.docker) { packages += ["docker.io", "docker-cli|docker.io", "iptables"] }
    if finding.needs.contains(.rsync) { packages += ["rsync"] }
    if finding.needs.contains(.libraries) { packages += libraryPackages }
    let words = ["sh", "-s", folder.path, String(patience_s)] + packages
    return finding.isRoot
      ? Command("sh", Array(words.dropFirst()), stdin: Secret(script))
      : Command("sudo", ["-n"] + words, stdin: Secret(script))
  }

  /// With the folder, the seconds that it may take and the packages as arguments (`a|b`: the one that there is). The user is
  /// whom sudo was asked by.
  private static let script = #"""
    set -eu
    folder=$1
    end=$(($(date +%s) + $2))
    shift 2
    user=${SUDO_USER:-$(id -un)}
    mkdir -p "$folder"
    chown "$user": "$folder"
    chmod 755 "$folder"
    # A command that has not ended in time leaves exit status 124.
    intime() {
      seconds=$((end - $(date +%s)))
      [ "$seconds" -gt 0 ] || return 124
      # This script comes by standard input, which is not theirs.
      timeout -k 10 "$seconds" env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    }
    apt() { intime apt-get -q -y -o DPkg::Lock::Timeout=180 -o Acquire::Retries=3 "$@"; }
    if [ $# -gt 0 ]; then
      log=$folder/apt.log
      known() {
        for package; do
          for name in $(echo "$package" | tr '|' ' '); do
            if [ -n "$(apt-cache show "$name" 2>/dev/null)" ]; then break; fi
          done
          echo "$name"
        done
      }
      bring() {
        apt update >"$log" 2>&1 || return
        # What was broken off before is ended first.
        intime dpkg --configure -a >>"$log" 2>&1 || return
        apt install --no-install-recommends $(known "$@") >>"$log" 2>&1
      }
      # A machine that has just booted may be updating itself: that lock has no timeout of its own.
      until bring "$@"; do
        status=$?
        why="apt-get cannot install: $*"
        if [ "$status" = 124 ] || [ "$status" = 137 ]; then
          why="apt-get was not done in time with: $*"
        elif grep -q 'Could not get lock\|Unable to lock\|is another process using it\|locked by another process' "$log" &&
          [ "$(date +%s)" -lt "$end" ]; then
          sleep 3
          continue
        fi
        fetch=$(grep '^Err:\|^W: Failed' "$log" | head -n 3)
        [ -z "$fetch" ] || why="a mirror of packages cannot be reached, or lacks something; $why"
        echo "$why" >&2
        reasons=$(printf '%s\n' "$fetch"; grep '^E:\|^dpkg: error' "$log" | tail -n 3)
        [ -n "$(echo $reasons)" ] || reasons=$(tail -n 3 "$log")
        printf '%s\n' "$reasons" | sed '/^$/d' >&2
        exit 1
      done
    fi
    answers() { timeout 5 docker version >/dev/null 2>&1; }
    # Where there is no systemd the package's own script starts it; that wants limits which a machine may not give, and the
    # daemon can do without.
    if ! answers; then
      daemon=
      log=${RUN_EXP_DOCKER_LOG:-/var/log/docker.log}
      said=$({ systemctl enable --now docker || service docker start; } 2>&1 </dev/null) || [ -d /run/systemd/system ] || {
        # A machine that was cut off has left them, and their numbers are others' now.
        for file in /run/docker.pid /run/docker/containerd/containerd.pid; do
          if [ -e "$file" ] && ! grep -q '^dockerd$\|^containerd$' "/proc/$(cat "$file")/comm" 2>/dev/null; then rm -f "$file"; fi
        done
        # Without it Docker from 26 on gives up where it may not turn off IPv6, as in a container.
        DOCKER_ALLOW_IPV6_ON_IPV4_INTERFACE=1 setsid dockerd </dev/null >>"$log" 2>&1 &
        daemon=$!
      }
      for try in $(seq 60); do
        answers && break
        # Not where something else keeps it up.
        [ -z "$daemon" ] || kill -0 "$daemon" 2>/dev/null || break
        sleep 0.5
      done
      if ! answers; then
        echo "the Docker daemon does not start" >&2
        [ -z "$said" ] || printf '%s\n' "$said" | tail -n 3 >&2
        if [ -d /run/systemd/system ]; then journalctl --quiet --no-pager --output cat --lines 3 --unit docker >&2
        else tail -n 3 "$log" >&2; fi
        exit 1
      fi
    fi
    if [ "$user" != root ]; then usermod -aG docker "$user"; fi
    """#
}
