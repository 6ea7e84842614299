import Foundation
import Testing

@testable import CloudUtil

/// Hosts that are reached through another one.
@Suite(.sshd) struct SSHJumpTests {
  @Test("A host behind another one is reached through it, its key pinned by its own name")
  func jump() async throws {
    try await SSHServer.use { jump in
      try await SSHServer.use { server in
        let keys = server.folder + "/authorized_keys"
        let both = try [jump.folder + "/authorized_keys", keys].map { try String(contentsOfFile: $0, encoding: .utf8) }
        try both.joined().write(toFile: keys, atomically: true, encoding: .utf8)
        var destination = server.destination
        destination.key = jump.key
        destination.jump = .init(host: "127.0.0.1", port: jump.port, user: NSUserName())
        let shell = SSHShell(to: destination, knownHosts: server.knownHosts)
        let output = try await shell.require(
          Command("sh", ["-c", "echo $SSH_CONNECTION; cat"], stdin: "in"), deadline: .soon)
        #expect(output.stdout.hasSuffix(" \(server.port)\nin"))
        let large = try await shell.require(Command("head", ["-c", "5000000", "/dev/zero"]), deadline: .soon)
        #expect(large.stdout.utf8.count == 5_000_000)
        #expect(try server.knownHosts.keys(of: server.name).count == 1)
        #expect(try server.knownHosts.keys(of: jump.name).count == 1)
        var ssh = OpenSSH(destination, knownHosts: server.knownHosts).command
        let open = try await LocalShell().require(
          Command(ssh.removeFirst(), ssh + ["127.0.0.1", "echo", "in"]), deadline: .soon)
        #expect(open.stdout == "in\n")

        server.stop()
        let error = await #expect(throws: SSHError.self) {
          try await shell.waitUntilReady(deadline: .now + .seconds(1))
        }
        #expect("\(try #require(error))".contains("through \(NSUserName())@[127.0.0.1]:\(jump.port)"))
        try await server.start()
        try await shell.require(Command("true"), deadline: .soon)
      }
    }
  }

  @Test("A key and pinned host keys lie at whatever path, for ssh, for rsync and on the way through another host")
  func paths() async throws {
    try await SSHServer.use { server in
      let odd = server.folder + #"/100%d it's "%h" \ $HOME"#
      try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
      var direct = server.destination
      direct.key = odd + "/%key"
      try FileManager.default.copyItem(atPath: server.key, toPath: direct.key)
      let known = KnownHosts(path: odd + "/known%hosts")
      // Through itself, to itself.
      var through = direct
      through.jump = .init(host: "127.0.0.1", port: server.port, user: NSUserName())
      for destination in [direct, through] {
        try await SSHShell(to: destination, knownHosts: known).require(Command("true"), deadline: .soon)
        let openSSH = OpenSSH(destination, knownHosts: known)
        let words = openSSH.command.dropFirst() + ["127.0.0.1", "echo", "in"]
        let output = try await LocalShell().require(Command("ssh", Array(words)), deadline: .soon)
        #expect(output.stdout == "in\n" && output.stderr.isEmpty)
        let copy = Rsync(by: openSSH).push(from: server.key + ".pub", to: server.folder + "/copy")
        try await LocalShell().require(copy, deadline: .soon)
        try FileManager.default.removeItem(atPath: server.folder + "/copy")
      }
    }
  }

  @Test("A connection to a jump host that fell silent unnoticed is not used again")
  func silentJump() async throws {
    try await SSHServer.use { jump in
      try await SSHServer.use { server in
        try FileManager.default.removeItem(atPath: server.folder + "/authorized_keys")
        try FileManager.default.copyItem(
          atPath: jump.folder + "/authorized_keys", toPath: server.folder + "/authorized_keys")
        var destination = server.destination
        destination.key = jump.key
        destination.jump = .init(host: "127.0.0.1", port: jump.port, user: NSUserName())
        let shell = SSHShell(to: destination, knownHosts: server.knownHosts)
        try await shell.require(Command("true"), deadline: .soon)
        jump.pauseSessions()
        shell.close()
        #expect(shell.carriers.withLock { $0.isEmpty })
        try await shell.waitUntilReady(deadline: .soon)
        // Also where it has to find out by itself.
        jump.pauseSessions()
        shell.pool.withLock { $0 = [] }
        try await shell.require(Command("true"), deadline: .soon)
      }
    }
  }
}
