import Foundation
import Synchronization
import Testing

@testable import CloudUtil

/// An sshd on a loopback port with a folder of its own: nothing of the machine's ssh is used.
final class SSHServer: Sendable {
  let folder: String
  let port: Int
  private let process = Mutex<Int32?>(nil)

  struct Absent: Error { var reason: String }

  static let program = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private init(folder: String, port: Int) {
    self.folder = folder
    self.port = port
  }

  /// The private key that it lets in.
  var key: String { folder + "/user_key" }
  var knownHosts: KnownHosts { KnownHosts(path: folder + "/known_hosts") }
  var destination: SSHDestination {
    SSHDestination(address: "127.0.0.1", port: port, user: NSUserName(), key: key)
  }
  var name: String { KnownHosts.name(of: "127.0.0.1", port: port) }

  func shell(outputLimit: Int = 16 << 20) -> SSHShell {
    SSHShell(to: destination, knownHosts: knownHosts, reconnecting: .seconds(10), outputLimit: outputLimit)
  }

  /// Starts one, and ends it after `body` with all that it still carries.
  /// - Parameter options: lines of sshd_config.
  static func use(_ options: [String] = [], start: Bool = true, _ body: (SSHServer) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ssh-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let server = SSHServer(folder: folder, port: try LoopbackPort.free())
    try await withTeardown {
      try await server.configure(options)
      if start { try await server.start() }
      try await body(server)
    } teardown: {
      server.stop()
      try FileManager.default.removeItem(atPath: folder)
    }
  }

  private func configure(_ options: [String]) async throws {
    for name in ["host_key", "user_key"] { try await makeKey(name) }
    try FileManager.default.copyItem(atPath: key + ".pub", toPath: folder + "/authorized_keys")
    let lines =
      options + [
        "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(folder)/host_key",
        "AuthorizedKeysFile \(folder)/authorized_keys", "PidFile none", "UsePAM no", "StrictModes no",
        "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes", "LogLevel VERBOSE",
        // With it bash does not read this machine's .bashrc: it takes itself for a shell within a shell.
        "SetEnv SHLVL=3",
      ]
    try (lines.joined(separator: "\n") + "\n").write(toFile: folder + "/sshd_config", atomically: true, encoding: .utf8)
    // sshd wants it as root, and only its package's own service makes it.
    if geteuid() == 0 {
      try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
    }
  }

  func makeKey(_ name: String, type: String = "ed25519", passphrase: String = "") async throws {
    try await LocalShell().require(
      Command("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-f", "\(folder)/\(name)"]), deadline: .soon)
  }

  func start() async throws {
    try? FileManager.default.removeItem(atPath: folder + "/log")
    let pid = try Spawn(
      executable: try #require(SSHServer.program), arguments: ["-D", "-e", "-f", "\(folder)/sshd_config"],
      environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], log: folder + "/log"
    ).start()
    process.withLock { $0 = pid }
    try await eventually("sshd listens") { try log().contains("Server listening") }
  }

  func log() throws -> String { try String(contentsOfFile: folder + "/log", encoding: .utf8) }

  /// Ends it, and every connection to it, at once.
  func stop() {
    guard let sshd = process.withLock({ $0.take() }) else { return }
    let sessions = SSHServer.children(of: sshd)
    for pid in [sshd] + sessions + sessions.flatMap(SSHServer.children) { kill(pid, SIGKILL) }
    var status: Int32 = 0
    waitpid(sshd, &status, 0)
  }

  /// Stops it, and what serves its connections, until they are killed.
  func pause() {
    guard let sshd = process.withLock({ $0 }) else { return }
    let sessions = SSHServer.children(of: sshd)
    for pid in [sshd] + sessions + sessions.flatMap(SSHServer.children) { kill(pid, SIGSTOP) }
  }

  /// Stops what serves its connections, until it is killed: they are silent, and new ones are not.
  func pauseSessions() {
    guard let sshd = process.withLock({ $0 }) else { return }
    let sessions = SSHServer.children(of: sshd)
    for pid in sessions + sessions.flatMap(SSHServer.children) { kill(pid, SIGSTOP) }
  }

  /// The sshd processes whose parent is `pid`.
  static func children(of pid: Int32) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    return all.filter { child in
      guard let line = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
        let end = line.lastIndex(of: ")"), line.contains("(sshd")
      else { return false }
      return line[end...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) } == pid
    }
  }
}

/// Tests that need sshd say that they were skipped where there is none; REQUIRE_SSHD=1 makes that a failure.
struct SSHDTrait: TestTrait, SuiteTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    if !test.isSuite, SSHServer.program == nil {
      if ProcessInfo.processInfo.environment["REQUIRE_SSHD"] == "1" || isAllRequired {
        Issue.record("sshd is required and not there: apt-get install openssh-server")
        return
      }
      try Test.cancel("SKIPPED, since it needs sshd: apt-get install openssh-server")
    }
    try await function()
  }
}

extension Trait where Self == SSHDTrait {
  static var sshd: SSHDTrait { SSHDTrait() }
}
