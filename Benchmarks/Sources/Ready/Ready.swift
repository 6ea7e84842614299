import CloudUtil
import Foundation

/// How long it takes until many hosts let us in by ssh: sshd on loopback ports, all asked at once, then a command on each.
@main
struct Ready {
  static func main() async throws {
    let counts = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    print("hosts  ready_s  command_s  note")
    for count in counts.isEmpty ? [23, 100] : counts {
      try await measure(count, dead: 0)
      try await measure(count, dead: 1)
    }
  }

  /// - Parameter dead: so many more take the connection and never say a word.
  private static func measure(_ count: Int, dead: Int) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ready-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try await withTeardown {
      let ports = try await start(count, in: folder)
      let mutes = try (0..<dead).map { _ in try mute() }
      defer { for mute in mutes { close(mute.descriptor) } }
      let shells = (ports + mutes.map(\.port)).map { port in
        SSHShell(
          to: SSHDestination(address: "127.0.0.1", port: port, user: NSUserName(), key: folder + "/key"),
          knownHosts: KnownHosts(path: folder + "/known_hosts"))
      }
      let clock = ContinuousClock()
      let begin = clock.now
      let deadline = begin + .seconds(dead > 0 ? 5 : 60)
      let times = await withTaskGroup(of: Duration?.self) { group in
        for shell in shells {
          group.addTask {
            do {
              try await shell.waitUntilReady(deadline: deadline)
              return clock.now - begin
            } catch {
              return nil
            }
          }
        }
        return await group.reduce(into: [Duration?]()) { $0.append($1) }
      }
      let all = clock.now - begin
      let commands = try await clock.measure {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for shell in shells.prefix(count) {
            group.addTask { try await shell.require(Command("true"), deadline: .now + .seconds(60)) }
          }
          try await group.waitForAll()
        }
      }
      let note = dead > 0 ? "and \(dead) that is mute until its deadline of 5 s: \(seconds(all)) s in all" : ""
      let ready = times.compactMap { $0 }
      if ready.count < count { print("only \(ready.count) of \(count) were ready") }
      print("\(count)  \(seconds(ready.max() ?? .zero))  \(seconds(commands))  \(note)")
    } teardown: {
      _ = try await LocalShell().run(
        Command("sh", ["-c", "kill $(cat \"$1\"/pid.*); rm -rf \"$1\"", "sh", folder]), deadline: .now + .seconds(20))
    }
  }

  /// Starts `count` sshd and waits until they listen.
  private static func start(_ count: Int, in folder: String) async throws -> [Int] {
    let ports = try free(count)
    // bash takes SHLVL=3 for a shell within a shell and does not read this machine's .bashrc.
    let script = #"""
      mkdir -p /run/sshd
      cd "$1"; shift
      ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f key
      for port in "$@"; do
        /usr/sbin/sshd -f /dev/null -E log.$port -o Port=$port -o ListenAddress=127.0.0.1 -o HostKey="$PWD/host" \
          -o AuthorizedKeysFile="$PWD/key.pub" -o PidFile="$PWD/pid.$port" -o UsePAM=no -o StrictModes=no -o SetEnv=SHLVL=3
      done
      for port in "$@"; do while [ ! -s pid.$port ]; do sleep 0.05; done; done
      """#
    try await LocalShell().require(
      Command("sh", ["-ec", script, "sh", folder] + ports.map(String.init)), deadline: .now + .seconds(60))
    return ports
  }

  private static func free(_ count: Int) throws -> [Int] {
    var ports: Set<Int> = []
    while ports.count < count { ports.insert(try LoopbackPort.free()) }
    return ports.sorted()
  }

  /// A socket that listens and never answers.
  private static func mute() throws -> (descriptor: Int32, port: Int) {
    let port = try LoopbackPort.free()
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(descriptor, 5) == 0 else { throw POSIXError(.EADDRINUSE) }
    return (descriptor, port)
  }

  private static func seconds(_ duration: Duration) -> String {
    String(format: "%.2f", Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
  }
}
