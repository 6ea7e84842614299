import Testing

@testable import CloudUtil

@Suite struct OpenSSHTests {
  private let known = KnownHosts(path: "/c/known hosts")
  private let common =
    #"ssh -F /dev/null -o 'IdentityFile="/c/key"' -o IdentitiesOnly=yes -o IdentityAgent=none"#
    + #" -o 'UserKnownHostsFile="/c/known hosts"'"#
    + " -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o BatchMode=yes"
    + " -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=10 -o LogLevel=ERROR"

  @Test("ssh is told all that it would otherwise look up")
  func direct() {
    let destination = SSHDestination(address: "10.0.0.7", port: 2200, user: "ubuntu", key: "/c/key")
    let words = OpenSSH(destination, knownHosts: known).command
    #expect(words.map(Command.quoted).joined(separator: " ") == common + " -l ubuntu -p 2200")
  }

  @Test("A jump host is reached with the same care, and percent signs mean themselves")
  func jump() {
    let destination = SSHDestination(
      address: "fd00::7", user: "ubuntu", key: "/c/key%d", jump: .init(host: "gate", port: 222, user: "me"))
    let words = OpenSSH(destination, knownHosts: known).command
    let escaped = common.replacing("/c/key", with: "/c/key%%d")
    #expect(words.dropLast().map(Command.quoted).joined(separator: " ") == escaped + " -l ubuntu -p 22 -o")
    #expect(
      words.last == "ProxyCommand="
        + (escaped + " -l me -p 222 -W '[fd00::7]:22' -- gate").replacing("%", with: "%%"))
  }

  @Test("rsync is told how to go, what to leave out and what to take")
  func rsync() {
    let destination = SSHDestination(address: "fd00::7", user: "ubuntu", key: "/c/it's")
    var rsync = Rsync(by: OpenSSH(destination, knownHosts: KnownHosts(path: "/c/known")))
    rsync.filters = ["- /.build", ":- .gitignore"]
    rsync.deletes = true
    rsync.comparesContents = true
    let push = rsync.push(from: "src/", to: "run exp/")
    let rsh = push.arguments.first { $0.hasPrefix("--rsh=") } ?? ""
    #expect(rsh.hasPrefix(#"--rsh=ssh -F /dev/null -o 'IdentityFile="/c/it''s"' -o"#))
    #expect(
      push.arguments.filter { $0 != rsh } == [
        "-a", "--no-owner", "--no-group", "--partial", "--delay-updates", "--protect-args", "--timeout=180",
        "--checksum", "--delete",
        "--filter=- /.build", "--filter=:- .gitignore", "--", "./src/", "[fd00::7]:run exp/",
      ])
    #expect(push.stdin == nil)
    rsync.files = ["a b", "c"]
    let pull = rsync.pull(from: "/r/", to: "/l/")
    #expect(pull.arguments.suffix(2) == ["[fd00::7]:/r/", "/l/"] && pull.arguments.contains("--files-from=-"))
    #expect(pull.stdin == "a b\0c\0")
  }
}
