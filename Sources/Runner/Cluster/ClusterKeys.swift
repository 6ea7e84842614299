import CloudUtil

/// Whom the hosts of a cluster let in, and by which keys they know each other. Pure.
enum ClusterKeys {
  /// Adds a public key to those that this user is let in with, once.
  /// - Parameter note: a file that keeps what had to be made for it.
  static func authorise(_ line: String, note: String) -> Command {
    let script = #"""
      set -eu
      umask 077
      file=~/.ssh/authorized_keys
      [ -e ~/.ssh ] || echo folder >>"$2"
      [ -e "$file" ] || echo file >>"$2"
      # Homes may be shared among hosts; who withdraws a key may have removed the file meanwhile.
      while :; do
        mkdir -p ~/.ssh
        exec 9>>"$file"
        flock 9
        [ "$file" -ef /dev/fd/9 ] && break
      done
      grep -qxF -- "$1" "$file" && exit
      # Its last line may lack its end.
      if [ -n "$(tail -c 1 "$file")" ]; then echo end >>"$2"; echo >&9; fi
      printf '%s\n' "$1" >&9
      """#
    return Command("sh", ["-c", script, "sh", line, note])
  }

  /// Takes every key with a comment away again, and what was made for it where nothing else has come there; nothing else.
  static func withdraw(comment: String, note: String) -> Command {
    let script = #"""
      set -eu
      umask 077
      file=~/.ssh/authorized_keys
      [ -e "$file" ] || exit 0
      exec 9>>"$file"
      flock 9
      [ -e "$file" ] || exit 0
      was_made() { grep -qx "$1" "$2" 2>/dev/null; }
      bare=
      if was_made end "$2"; then bare=before; fi
      if [ -n "$(tail -c 1 "$file")" ]; then bare=now; fi
      rest=$(mktemp ~/.ssh/.run_exp-XXXXXX)
      # The line before ours loses the end that it was given, unless others have come after ours.
      awk -v comment="$1" -v bare="$bare" '
        { ours = substr($0, length($0) - length(comment)) == " " comment }
        !ours { printf "%s%s", separator, $0; separator = "\n" }
        END { if (bare == "" || bare == "before" && !ours) printf "%s", separator }' "$file" >"$rest"
      cmp -s "$rest" "$file" || cat "$rest" >"$file"
      rm -f -- "$rest"
      if ! [ -s "$file" ] && was_made file "$2"; then rm -f -- "$file"; fi
      if was_made folder "$2"; then rmdir ~/.ssh 2>/dev/null || :; fi
      """#
    return Command("sh", ["-c", script, "sh", comment, note])
  }

  /// The pinned keys of hosts, by the addresses at which the hosts of the cluster reach each other.
  /// - Parameters:
  ///   - text: lines of `known_hosts`.
  ///   - hosts: as the operator reaches each (nil: not at all), and where the others do.
  static func knownHosts(
    _ text: String, for hosts: [(from: SSHDestination?, address: String, port: Int)]
  ) -> String {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
    var result = ""
    for host in hosts {
      guard let from = host.from else { continue }
      let name = KnownHosts.name(of: from.address, port: from.port)
      for line in lines where line.count == 2 && line[0] == name {
        result += "\(KnownHosts.name(of: host.address, port: host.port)) \(line[1])\n"
      }
    }
    return result
  }
}
