import Foundation
import Testing

@testable import CloudUtil

@Suite(.sshd) struct SSHConnectionTests {
  @Test("Commands share a connection at the same time, and more than sshd allows take another one")
  func atOnce() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let script = #"""
        >"$1/run$3/$2"
        while [ ! -e "$1/run$3/go" ]; do sleep 0.05; done
        head -c 300000 /dev/zero
        echo $2 >&2
        """#
      for (commands, connections) in [(1, 1), (8, 1), (20, 3)] {
        let folder = "\(server.folder)/run\(commands)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<commands {
            group.addTask {
              let command = Command("sh", ["-c", script, "sh", server.folder, "\(number)", "\(commands)"])
              let output = try await shell.require(command, deadline: .soon)
              #expect(output.stdout.utf8.count == 300_000 && output.stderr == "\(number)\n")
            }
          }
          try await eventually("all run") {
            try FileManager.default.contentsOfDirectory(atPath: folder).count == commands
          }
          _ = FileManager.default.createFile(atPath: folder + "/go", contents: nil)
          try await group.waitForAll()
        }
        #expect(try server.connections() == connections)
      }
    }
  }

  @Test("An sshd that allows one command a connection gets more connections, and commands there end as elsewhere")
  func oneSession() async throws {
    try await SSHServer.use(["MaxSessions 1"]) { server in
      let shell = server.shell()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { try await shell.require(Command("sleep", ["1"]), deadline: .soon) } }
        try await group.waitForAll()
      }
      let file = server.folder + "/pid"
      let command = Command("sh", ["-c", "echo $$ >\(file); sleep 100"])
      await #expect(throws: ShellError.timedOut(command, host: shell.host)) {
        try await shell.run(command, deadline: .now + .seconds(1))
      }
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let pid = try #require(Int32(text.dropLast()))
      try await eventually("\(pid) is gone") { !isRunning(pid) }
    }
  }

  @Test("A connection that breaks loses its commands; none is sent again, and the next one connects anew")
  func broken() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let file = server.folder + "/count"
      let command = Command("sh", ["-c", "echo x >>\(file); sleep 3"])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          let error = await #expect(throws: ShellError.self) { try await shell.run(command, deadline: .soon) }
          guard case .lost(_, _, let reason) = error else { throw try #require(error) }
          #expect(reason.contains("the ssh connection broke"))
        }
        try await eventually("it has started") { FileManager.default.fileExists(atPath: file) }
        server.stop()
        try await group.waitForAll()
      }
      let error = await #expect(throws: ShellError.self) { try await shell.run(command, deadline: .now + .seconds(1)) }
      #expect(error == .unreached(command, host: shell.host, .refused(host: shell.host)))
      try await server.start()
      #expect(try await shell.require(Command("cat", [file]), deadline: .soon).stdout == "x\n")
    }
  }

  @Test("A host that falls silent loses its commands; one that is merely quiet does not")
  func silent() async throws {
    try await SSHServer.use { server in
      let shell = SSHShell(to: server.destination, knownHosts: server.knownHosts, silence: .seconds(3))
      try await shell.require(Command("sleep", ["5"]), deadline: .soon)
      let file = server.folder + "/started"
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          let command = Command("sh", ["-c", "echo >\(file); sleep 100"])
          let error = await #expect(throws: ShellError.self) { try await shell.run(command, deadline: .soon) }
          let text = "\(try #require(error))"
          #expect(text.contains("silent for 3 s"))
        }
        try await eventually("it has started") { FileManager.default.fileExists(atPath: file) }
        server.pause()
        try await group.waitForAll()
      }
    }
  }

  @Test("An idle connection that broke unnoticed is replaced without a word")
  func idle() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      for _ in 0..<3 {
        try await shell.require(Command("true"), deadline: .soon)
        server.stop()
        try await server.start()
      }
    }
  }

  @Test("A changed host key is refused, and both keys and what to type are named")
  func changedKey() async throws {
    try await SSHServer.use { server in
      try await server.shell().require(Command("true"), deadline: .soon)
      let pinned = try #require(try server.knownHosts.keys(of: server.name).first?.key)
      server.stop()
      try FileManager.default.removeItem(atPath: server.folder + "/host_key")
      try await server.makeKey("host_key")
      try await server.start()
      let error = await #expect(throws: SSHError.self) { try await server.shell().waitUntilReady(deadline: .soon) }
      guard case .hostKeyChanged(_, let change) = error else { throw try #require(error) }
      #expect(change.pinned == pinned && change.shown != pinned && change.line == 1)
      let text = "\(try #require(error))"
      let file = server.knownHosts.path
      #expect(text.contains(pinned.fingerprint) && text.contains(change.shown.fingerprint) && text.contains("line 1"))
      #expect(text.contains("ssh-keygen -R '\(server.name)' -f \(file)"))
      #expect(!(try server.log().contains("Accepted publickey")))

      try server.knownHosts.forget(server.name)
      try await server.shell().waitUntilReady(deadline: .soon)
    }
  }

  @Test("The pinned file is one that OpenSSH reads, and fingerprints are its own")
  func pinnedFile() async throws {
    try await SSHServer.use { server in
      try await server.shell().waitUntilReady(deadline: .soon)
      var ssh = OpenSSH(server.destination, knownHosts: server.knownHosts).command
      let output = try await LocalShell().require(
        Command(ssh.removeFirst(), ssh + ["127.0.0.1", "echo", "in"]), deadline: .soon)
      #expect(output.stdout == "in\n" && output.stderr.isEmpty)
      let listed = try await LocalShell().require(
        Command("ssh-keygen", ["-l", "-f", server.folder + "/host_key.pub"]), deadline: .soon)
      let pinned = try #require(try server.knownHosts.keys(of: server.name).first?.key)
      #expect(listed.stdout.contains(pinned.fingerprint))
      let mode = try FileManager.default.attributesOfItem(atPath: server.knownHosts.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      try FileManager.default.removeItem(atPath: server.knownHosts.path)
      let refused = try await LocalShell().run(Command("ssh", ssh + ["127.0.0.1", "true"]), deadline: .soon)
      #expect(refused.stderr.contains("Host key verification failed"))
    }
  }

  @Test("A host with another key first still shows the pinned one")
  func otherTypeFirst() async throws {
    try await SSHServer.use { server in
      try await server.makeKey("other_key", type: "ecdsa")
      let config = server.folder + "/sshd_config"
      let text = try String(contentsOfFile: config, encoding: .utf8)
      try text.replacing("/host_key", with: "/other_key").write(toFile: config, atomically: true, encoding: .utf8)
      server.stop()
      try await server.start()
      try await server.shell().waitUntilReady(deadline: .soon)
      #expect(try server.knownHosts.keys(of: server.name).map(\.key.type) == ["ecdsa-sha2-nistp256"])
      try (text + "HostKey \(server.folder)/other_key\n").write(toFile: config, atomically: true, encoding: .utf8)
      server.stop()
      try await server.start()
      try await server.shell().waitUntilReady(deadline: .soon)
    }
  }

  @Test("Keys that cannot be used say why, and what to do")
  func keys() async throws {
    try await SSHServer.use { server in
      try await server.makeKey("rsa", type: "rsa")
      try await server.makeKey("locked", passphrase: "swordfish")
      try await LocalShell().require(
        Command(
          "sh",
          [
            "-c",
            #"cp rsa pem; ssh-keygen -q -p -m PEM -N "" -f pem; cp rsa pkcs8; ssh-keygen -q -p -m PKCS8 -N "" -f pkcs8; head -c 50 user_key >cut"#,
          ]
          .map { $0 }, environment: [:]
        ).inFolder(server.folder), deadline: .soon)
      for (name, words) in [
        ("rsa", ["RSA", "libssh2 1.10", "ssh-keygen -t ed25519"]), ("pem", ["RSA", "ed25519"]),
        ("pkcs8", ["RSA", "ed25519"]),
        ("locked", ["passphrase"]), ("none", ["No such file"]), ("user_key.pub", ["no private key"]),
        ("cut", ["damaged"]),
      ] {
        var destination = server.destination
        destination.key = "\(server.folder)/\(name)"
        let error = await #expect(throws: SSHError.self) {
          try await SSHShell(to: destination, knownHosts: server.knownHosts).waitUntilReady(deadline: .soon)
        }
        let text = "\(try #require(error))"
        for word in words + [destination.key] { #expect(text.contains(word), "\(name): \(text)") }
      }
      try await server.makeKey("ecdsa", type: "ecdsa")
      try await LocalShell().require(
        Command("sh", ["-c", "cat ecdsa.pub >>authorized_keys"]).inFolder(server.folder), deadline: .soon)
      var destination = server.destination
      destination.key = server.folder + "/ecdsa"
      try await SSHShell(to: destination, knownHosts: server.knownHosts).waitUntilReady(deadline: .soon)
    }
  }

  @Test("A key that is refused is waited for as long as a host may learn it, and whoever waits hears why")
  func refusals() async throws {
    try await SSHServer.use { server in
      try await server.makeKey("other")
      var other = server.destination
      other.key = server.folder + "/other"
      let shell = SSHShell(to: other, knownHosts: server.knownHosts)
      let refusal = SSHError.authenticationRefused(host: shell.host, user: other.user, key: other.key)
      var told: [SSHError] = []
      let error = await #expect(throws: SSHError.self) {
        try await shell.waitUntilReady(deadline: .soon, refusals: .milliseconds(300)) { told.append($0) }
      }
      #expect(error == refusal)
      #expect(told.count > 1 && told.allSatisfy { $0 == refusal })
      // A new machine may learn the key last.
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await shell.waitUntilReady(deadline: .soon) }
        try await LocalShell().require(
          Command("sh", ["-c", "cat other.pub >>authorized_keys"]).inFolder(server.folder), deadline: .soon)
        try await group.waitForAll()
      }
    }
  }

  @Test("A user or key that is not let in is told, and a command does not wait for it to change")
  func refused() async throws {
    try await SSHServer.use { server in
      try await server.makeKey("other")
      var other = server.destination
      other.key = server.folder + "/other"
      var nobody = server.destination
      nobody.user = "no-such-user"
      for destination in [other, nobody] {
        let shell = SSHShell(to: destination, knownHosts: server.knownHosts)
        let command = Command("true")
        let refusal = SSHError.authenticationRefused(
          host: shell.host, user: destination.user, key: destination.key)
        await #expect(throws: ShellError.unreached(command, host: shell.host, refusal)) {
          try await shell.run(command, deadline: .soon)
        }
      }
    }
  }

  @Test(
    "What is said of a host that was never ready is why an attempt failed, not that the deadline cut the last one off")
  func cutOff() async throws {
    try await SSHServer.use { server in
      // Takes connections and says nothing; after a few takes no more.
      let mute = try LineConnectionTests.Listener()
      var destination = server.destination
      destination.port = mute.port
      let shell = SSHShell(
        to: destination, knownHosts: server.knownHosts, reconnecting: .seconds(1),
        patience: .init(handshake: .milliseconds(200), silence: .seconds(60)), outputLimit: 1000)
      var told: [String] = []
      let error = await #expect(throws: SSHError.self) {
        try await shell.waitUntilReady(deadline: .now + .seconds(3)) { told.append("\($0)") }
      }
      guard case .notReady(_, _, let last) = error else { throw try #require(error) }
      #expect("\(last)".contains("no ssh session") && told.contains("\(last)"), "\(last) of \(told)")
    }
  }

  @Test("A host that is not there, and one that is no sshd, cost their own time and are told apart")
  func absent() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await LocalShell().require(
      Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder + "/key"]), deadline: .soon)
    try await TestServer.use { web in
      for (address, port, words) in [
        ("127.0.0.1", try LoopbackPort.free(), "refuses the connection"), ("::1", 1, "refuses the connection"),
        ("no-such-host.invalid", 22, "no-such-host.invalid"), ("127.0.0.1", web.port, "no ssh session"),
      ] {
        let shell = SSHShell(
          to: SSHDestination(address: address, port: port, user: "root", key: folder + "/key"),
          knownHosts: KnownHosts(path: folder + "/known_hosts"))
        let error = await #expect(throws: SSHError.self) {
          try await shell.waitUntilReady(deadline: .now + .seconds(1))
        }
        guard case .notReady(_, _, let last) = error else { throw try #require(error) }
        #expect("\(last)".contains(words), "\(last)")
      }
    }
  }
}

extension Command {
  /// The same in `folder`.
  fileprivate func inFolder(_ folder: String) -> Command {
    Command("env", ["-C", folder, executable] + arguments, environment: environment, secrets: secrets, stdin: stdin)
  }
}
