import Foundation
import Testing

@testable import CloudUtil

@Suite(.sshd) struct SSHShellTests {
  @Test("A command gets its arguments, environment and standard input, and gives its output and status")
  func run() async throws {
    try await SSHServer.use { server in
      let command = Command(
        "sh", ["-c", #"cat; printf "%s %s %s\n" "$1" "$COLOUR" "$KEY"; echo bad >&2; exit 3"#, "sh", "it's Á漢\n\\n"],
        environment: ["COLOUR": "'red'\nÁ\u{88}"], secrets: ["KEY": "k"], stdin: "in\nÁ\n")
      let output = try await server.shell().run(command, deadline: .soon)
      #expect(
        output
          == Output(
            termination: .exited(3), stdout: "in\nÁ\nit's Á漢\n\\n 'red'\nÁ\u{88} k\n", stderr: "bad\n"))
    }
  }

  @Test("How a command ended is told apart: by a status of its own, by a signal, or not even started")
  func ends() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      for (script, termination) in [
        ("exit 0", Termination.exited(0)), ("exit 127", .exited(127)), ("exit 126", .exited(126)),
        ("kill -9 $$", .signalled(9)), ("kill -TERM $$", .signalled(15)), ("exit 255", .exited(255)),
      ] {
        let output = try await shell.run(Command("sh", ["-c", script]), deadline: .soon)
        #expect(output == Output(termination: termination, stdout: "", stderr: ""), "\(script)")
      }
      for name in ["no-such-program", "/no/such/program", "/etc", "/etc/passwd"] {
        let error = await #expect(throws: ShellError.self) { try await shell.run(Command(name), deadline: .soon) }
        guard case .notStarted(_, _, let reason) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(reason.hasSuffix(": \(name)"))
      }
    }
  }

  @Test("Files and folders are copied, making the folders above")
  func copies() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let folder = server.folder + "/files"
      try await LocalShell().require(
        Command("sh", ["-c", #"mkdir -p "$1" && echo hello > "$1/file""#, "sh", folder + "/a b"]), deadline: .soon)
      try await shell.upload(folder + "/a b/file", to: folder + "/c/d/copy", deadline: .soon)
      try await shell.download(folder + "/c", to: folder + "/e", deadline: .soon)
      #expect(try String(contentsOfFile: folder + "/e/d/copy", encoding: .utf8) == "hello\n")
      await #expect(throws: ShellError.self) {
        try await shell.upload(folder + "/none", to: folder + "/f", deadline: .soon)
      }
      await #expect(throws: ShellError.self) {
        try await shell.download(folder + "/none", to: folder + "/f", deadline: .soon)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a b", "c", "e"])
    }
  }

  @Test("A host is ready once sshd answers and knows the key")
  func ready() async throws {
    try await SSHServer.use(start: false) { server in
      let keys = server.folder + "/authorized_keys"
      try FileManager.default.moveItem(atPath: keys, toPath: keys + ".later")
      let shell = server.shell()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await shell.waitUntilReady(deadline: .soon) }
        group.addTask {
          await #expect(throws: SSHError.self) { try await server.shell().waitUntilReady(deadline: .now) }
          try await server.start()
          try await eventually("the key was refused") { try server.log().contains("Failed publickey") }
          try FileManager.default.moveItem(atPath: keys + ".later", toPath: keys)
        }
        try await group.waitForAll()
      }
      #expect(try await shell.require(Command("echo", ["yes"]), deadline: .soon).stdout == "yes\n")
    }
  }
}
