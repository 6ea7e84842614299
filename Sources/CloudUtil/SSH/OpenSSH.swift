/// The words with which OpenSSH's `ssh` reaches a destination as an `SSHShell` does: the same key, the same pinned host keys,
/// nothing of `~/.ssh` and no agent. Pure.
public struct OpenSSH: Hashable, Sendable {
  public var destination: SSHDestination
  public var knownHosts: KnownHosts
  /// For a connection to be made.
  public var connectTimeout_s = 10

  public init(_ destination: SSHDestination, knownHosts: KnownHosts) {
    self.destination = destination
    self.knownHosts = knownHosts
  }

  /// `ssh` with all its options, but for the host itself. It never asks anything: an unknown host key is an error.
  public var command: [String] {
    var words = options(for: destination.user, port: destination.port)
    if let first = destination.first {
      let next = destination.address.contains(":") ? "[\(destination.address)]" : destination.address
      let proxy =
        options(for: first.user, port: first.port) + ["-W", "\(next):\(destination.port)", "--", first.address]
      words += ["-o", "ProxyCommand=" + OpenSSH.literal(proxy.map(Command.quoted).joined(separator: " "))]
    }
    return words
  }

  private func options(for user: String, port: Int) -> [String] {
    let settings = [
      // As an option, which ssh expands before it looks for the file; with `-i` it looks first.
      "IdentityFile=" + OpenSSH.path(destination.key), "IdentitiesOnly=yes", "IdentityAgent=none",
      "UserKnownHostsFile=" + OpenSSH.path(knownHosts.path),
      "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "BatchMode=yes",
      "ConnectTimeout=\(connectTimeout_s)", "ServerAliveInterval=15", "ServerAliveCountMax=10", "LogLevel=ERROR",
    ]
    return ["ssh", "-F", "/dev/null"] + settings.flatMap { ["-o", $0] } + ["-l", user, "-p", "\(port)"]
  }

  /// `text` where `%` begins a token.
  private static func literal(_ text: String) -> String { text.replacing("%", with: "%%") }

  /// `path` where blanks part words as well, and quotes hold them together.
  private static func path(_ path: String) -> String {
    "\"" + literal(path).replacing(#"\"#, with: #"\\"#).replacing("\"", with: #"\""#) + "\""
  }
}
