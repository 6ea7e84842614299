/// What limits the link of a container to a rate, in each direction: a token bucket (tc-tbf) at either end of the pair of
/// interfaces that joins it to the bridge. Pure.
enum LinkRate {
  /// What may wait at an end before it is dropped, as in the buffer of a switch.
  static let queue_ms = 10

  /// Succeeds where `limit` can: tried on an interface that nobody else sees and that ends with it.
  static let probe = Command("sh", ["-c", probeScript])

  private static let probeScript = """
    [ "$(id -u)" = 0 ] || { echo "it takes root" >&2; exit 1; }
    for tool in tc ip nsenter unshare; do
      command -v $tool >/dev/null || { echo "$tool is not in PATH (apt-get install iproute2 util-linux)" >&2; exit 1; }
    done
    exec unshare -n tc qdisc add dev lo root \(bucket(mbit: 1000))
    """

  /// Succeeds if `address` is one of the host.
  static func requireAddress(_ address: String) -> Command {
    Command("sh", ["-c", #"ip -o -4 addr | grep -qF " $1/""#, "sh", address])
  }

  /// - Parameter pid: of the container's first process, as the host sees it.
  static func limit(pid: Int32, mbit: Double) -> Command {
    Command("sh", ["-c", limitScript, "sh", "\(pid)"] + bucket(mbit: mbit).split(separator: " ").map(String.init))
  }

  // What the container sends leaves by its own end; what it gets leaves by the bridge's.
  private static let limitScript = #"""
    set -eu
    pid=$1
    shift
    peer=$(nsenter -t "$pid" -n ip -o link show dev eth0 | sed -n 's/^[0-9]*: eth0@if\([0-9]*\):.*/\1/p')
    outer=$(ip -o link | sed -n "s/^$peer: \([^@:]*\)[@:].*/\1/p")
    [ -n "$peer" ] && [ -n "$outer" ] || { echo "it has no link to the bridge" >&2; exit 1; }
    nsenter -t "$pid" -n tc qdisc replace dev eth0 root "$@"
    tc qdisc replace dev "$outer" root "$@"
    """#

  /// A burst is what the rate moves between two ticks of a slow kernel clock (4 ms), and one large packet at least.
  static func bucket(mbit: Double) -> String {
    let rate = Int((mbit * 1e6).rounded())
    return "tbf rate \(rate)bit burst \(max(65_536, rate / 8 / 250))b latency \(queue_ms)ms"
  }
}
