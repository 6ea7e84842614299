/// What a host is asked to do to the links of containers, in their own network namespaces, so that nothing of it outlasts
/// them. It takes root, or sudo without a password.
enum LinkCommands {
  /// Tries everything in a network namespace that is gone afterwards; prints `netem` if delays are to be had.
  static var probe: Command { Command("sh", ["-c", preamble + probeScript]) }

  /// - Parameter pid: of a process of the container, as the host sees it.
  static func shape(pid: Int32, as condition: LinkCondition) -> Command {
    Command(
      "sh",
      [
        "-c", preamble + #"exec $root nsenter --target "$1" --net sh -c "$2" sh "$3" "$4""#, "sh", String(pid),
        shapeScript,
        condition.isCut ? "1" : "0", milliseconds(condition.delay_ms),
      ])
  }

  private static func milliseconds(_ number: Double) -> String { number == 0 ? "0" : "\(number)ms" }

  private static let preamble = #"""
    set -eu
    PATH=$PATH:/usr/sbin:/sbin
    if [ "$(id -u)" = 0 ]; then root=; else root='sudo -n'; fi

    """#

  private static let probeScript = #"""
    fail() { echo "$1" >&2; exit 1; }
    for program in nsenter unshare iptables tc; do
      command -v "$program" >/dev/null ||
        fail "there is no '$program': apt-get install util-linux iptables iproute2"
    done
    $root true 2>/dev/null || fail "it takes root, or sudo without a password"
    $root unshare --net iptables -w 5 -A INPUT ! -i lo -j DROP 2>/dev/null ||
      fail "iptables does not work in a network namespace; is run_exp itself in a container?"
    if $root unshare --net tc qdisc add dev lo root netem delay 1ms 2>/dev/null; then echo netem; else echo none; fi
    """#

  /// The loopback of the container is left alone.
  private static let shapeScript = #"""
    set -eu
    drop() {
      iptables -w 5 "$1" INPUT ! -i lo -j DROP && iptables -w 5 "$1" OUTPUT ! -o lo -j DROP
    }
    if [ "$1" = 1 ]; then
      drop -C 2>/dev/null || drop -A
    else
      while drop -D 2>/dev/null; do :; done
    fi
    if [ "$2" != 0 ]; then
      tc qdisc replace dev eth0 root netem delay "$2" limit 100000
    else
      # Refused where there is none, or another kind, which is somebody else's.
      tc qdisc del dev eth0 root netem 2>/dev/null || true
    fi
    """#
}
