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

  /// Prints the IPv4 addresses of an interface of the host.
  static func addresses(of interface: String) -> Command {
    Command(
      "sh",
      [
        "-c", #"PATH=$PATH:/usr/sbin:/sbin; ip -4 -o addr show dev "$1" | sed -n 's,.* inet \([0-9.]*\)/.*,\1,p'"#,
        "sh",
        interface,
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
    # What is there is read from lists: that there is nothing to delete looks like any other failure of deleting it.
    is_dropping() {
      rules=$(iptables -w 5 -S "$1") || exit 1
      printf '%s\n' "$rules" | grep -qxF -e "-A $1 ! $2 lo -j DROP"
    }
    is_delaying() {
      disciplines=$(tc qdisc show dev eth0) || exit 1
      # Another kind is somebody else's.
      printf '%s\n' "$disciplines" | grep -q '^qdisc netem .* root '
    }
    for way in "INPUT -i" "OUTPUT -o"; do
      chain=${way% *}
      interface=${way#* }
      if [ "$1" = 1 ]; then
        is_dropping "$chain" "$interface" || iptables -w 5 -A "$chain" ! "$interface" lo -j DROP
      else
        while is_dropping "$chain" "$interface"; do iptables -w 5 -D "$chain" ! "$interface" lo -j DROP; done
      fi
    done
    if [ "$2" != 0 ]; then
      tc qdisc replace dev eth0 root netem delay "$2" limit 100000
    elif is_delaying; then
      tc qdisc del dev eth0 root
    fi
    """#
}
