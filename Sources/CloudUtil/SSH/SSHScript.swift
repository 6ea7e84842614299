/// How a `Command` is started on a host by ssh, as text. Pure.
///
/// sshd hands `line`, which is the same for every command, to the user's login shell. It replaces itself with `sh`, which reads
/// `preamble` from standard input, so that neither arguments nor secrets pass through another program's argument list, and
/// evaluates it. That sets the environment, says on both outputs that the command begins now, which separates its output from
/// what login scripts print, and on stderr the id of the process, which leads its process group (sshd sees to that). Then the
/// shell replaces itself with the command, under `timeout` where the host has it: even when the host can no longer be reached,
/// the command ends soon after its deadline.
struct SSHScript: Confidential {
  /// A line of its own on stdout and stderr, before anything of the command. On stderr the process id follows, or `!` and why
  /// there is none.
  let marker: String
  let line: String
  let preamble: [UInt8]

  /// How long after the deadline the host itself ends the command.
  private static let grace: Duration = .seconds(5)
  private static let reader =
    #"run_exp_n=$(printf "\n."); run_exp_n=${run_exp_n%.}; run_exp_p=; "#
    + #"while IFS= read -r run_exp_l; do if [ "$run_exp_l" = "$1" ]; then eval "$run_exp_p"; exit 126; fi; "#
    + #"run_exp_p=$run_exp_p$run_exp_l$run_exp_n; done; exit 126"#

  /// - Parameters:
  ///   - nonce: letters and digits that nobody can guess.
  ///   - left: until the deadline.
  init(_ command: Command, nonce: String, left: Duration) {
    marker = "run_exp-\(nonce)"
    line = "exec sh -c '\(SSHScript.reader)' sh \(marker)"
    let words = ([command.executable] + command.arguments).map(Command.quoted)
    var lines = command.additions.sorted { $0.key < $1.key }.map { "export \($0.key)=\(Command.quoted($0.value))" }
    let seconds = max(1, min(left, .seconds(100_000_000)).components.seconds + 1) + SSHScript.grace.components.seconds
    lines += [
      "unset run_exp_p run_exp_l run_exp_n",
      "set -- \(words.joined(separator: " "))",
      SSHScript.search.replacing("MARKER", with: marker),
      "printf '%s\\n' \(marker)",
      "printf '%s %s\\n' \(marker) $$ >&2",
      "if command -v timeout >/dev/null 2>&1; then exec timeout -k 1 \(seconds) \"$@\"; fi",
      "exec \"$@\"",
      marker, "",
    ]
    preamble = Array(lines.joined(separator: "\n").utf8)
  }

  /// Says that there is no such program, rather than leaving it to an exit status that programs use, too.
  private static let search = #"""
    run_exp_f=
    case $1 in
      */*) run_exp_f=$1 ;;
      *)
        run_exp_i=$IFS
        IFS=:
        for run_exp_d in $PATH; do
          if [ -f "${run_exp_d:-.}/$1" ] && [ -x "${run_exp_d:-.}/$1" ]; then run_exp_f=${run_exp_d:-.}/$1; break; fi
        done
        IFS=$run_exp_i
        ;;
    esac
    if [ ! -e "${run_exp_f:-/dev/null/none}" ]; then
      printf 'MARKER ! no such program: %s\n' "$1" >&2
      exit 127
    fi
    if [ -d "$run_exp_f" ] || [ ! -x "$run_exp_f" ]; then
      printf 'MARKER ! not a program that may be run: %s\n' "$1" >&2
      exit 126
    fi
    unset run_exp_f run_exp_i run_exp_d
    """#

  /// What ends the process group `pid` on a host: a request first, half a second later SIGKILL.
  /// - Parameter asRoot: by sudo, since sudo's processes listen to no one else.
  static func kill(_ pid: Int32, asRoot: Bool) -> String {
    let kill = asRoot ? "sudo -n kill" : "kill"
    return "exec sh -c '"
      + "\(kill) -s TERM -- -\(pid) || \(kill) -s TERM \(pid); n=0; "
      + "while \(kill) -s 0 -- -\(pid) && [ $n -lt 10 ]; do sleep 0.05; n=$((n+1)); done; "
      + "\(kill) -s KILL -- -\(pid)' >/dev/null 2>&1"
  }

  /// The name of an environment variable that no shell can set; nil if there is none.
  static func badName(in command: Command) -> String? {
    command.additions.keys.sorted().first { name in
      let bytes = Array(name.utf8)
      let isWord = bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: false
        }
      }
      guard isWord, let first = bytes.first else { return true }
      return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    }
  }
}
