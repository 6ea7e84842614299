import Foundation
import Testing

@testable import CloudUtil

/// Bytes and files to and from a host.
@Suite(.sshd) struct SSHTransferTests {
  @Test("Any bytes come as they are, megabytes of them, in both directions")
  func bytes() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let text = (0..<700_000).map { "\($0)\n" }.joined()
      let echoed = try await shell.require(Command("cat", stdin: Secret(text)), deadline: .soon)
      #expect(echoed.stdout == text)
      let sum = try await shell.require(
        Command(
          "sh", ["-c", "head -c 5000000 /dev/urandom >\"$1\"; sha256sum <\"$1\"", "sh", server.folder + "/random"]),
        deadline: .soon)
      let received = Bytes()
      _ = try await shell.stream(Command("cat", [server.folder + "/random"]), deadline: .soon) {
        await received.add($0)
        return .goOn
      }
      #expect(sum.stdout.hasPrefix(try SHA256.hex(await received.all)))
    }
  }

  @Test("Keys that are renewed amid a transfer disturb nothing")
  func rekeying() async throws {
    try await SSHServer.use(["RekeyLimit 1M", "LogLevel DEBUG1"]) { server in
      let shell = server.shell()
      let text = (0..<1_000_000).map { "\($0)\n" }.joined()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<3 {
          group.addTask {
            let echoed = try await shell.require(Command("cat", stdin: Secret(text)), deadline: .soon)
            #expect(echoed.stdout == text)
          }
        }
        try await group.waitForAll()
      }
      #expect(try server.log().components(separatedBy: "SSH2_MSG_KEXINIT sent").count > 5)
    }
  }

  @Test("A program that does not read its input is no reason to fail or hang")
  func unread() async throws {
    try await SSHServer.use { server in
      let text = String(repeating: "x", count: 10_000_000)
      let output = try await server.shell().run(Command("sh", ["-c", "exit 7"], stdin: Secret(text)), deadline: .soon)
      #expect(output.termination == .exited(7))
    }
  }

  @Test("While a command runs, its secrets and its input stand in no argument list of the host")
  func secrets() async throws {
    try await SSHServer.use { server in
      let word = "sword" + "fish\(getpid())"
      let script = #"for p in /proc/[0-9]*; do tr '\0' ' ' <$p/cmdline; echo; done; test "$(cat)" = "$KEY""#
      let output = try await server.shell().require(
        Command("sh", ["-c", script], secrets: ["KEY": Secret(word)], stdin: Secret(word)), deadline: .soon)
      #expect(output.stdout.contains("sshd") && !output.stdout.contains(word))
      #expect(!(try server.log().contains(word)))
      let bad = Command("true", secrets: ["no name": Secret(word)])
      let error = await #expect(throws: ShellError.self) { try await server.shell().run(bad, deadline: .soon) }
      #expect(!"\(try #require(error))".contains(word))
    }
  }

  @Test("What login scripts print is not the command's")
  func noise() async throws {
    try await SSHServer.use { server in
      let keys = server.folder + "/authorized_keys"
      let line = try String(contentsOfFile: keys, encoding: .utf8)
      let forced = #"command="echo welcome; echo warning >&2; printf partial; eval \"$SSH_ORIGINAL_COMMAND\"" "# + line
      try forced.write(toFile: keys, atomically: true, encoding: .utf8)
      let shell = server.shell()
      let output = try await shell.run(Command("sh", ["-c", "echo out; echo err >&2"]), deadline: .soon)
      #expect(output == Output(termination: .exited(0), stdout: "out\n", stderr: "err\n"))

      let closed = #"command="echo This account is not available.; exit 1" "# + line
      try closed.write(toFile: keys, atomically: true, encoding: .utf8)
      let error = await #expect(throws: ShellError.self) {
        try await server.shell().run(Command("true"), deadline: .soon)
      }
      guard case .notStarted(_, _, let reason) = error else { throw try #require(error) }
      #expect(reason.contains("This account is not available."))
    }
  }

  @Test("Folders travel with odd names, modes, links and times, and large files, there and back")
  func folders() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let folder = server.folder + "/files"
      let make = #"""
        mkdir -p "$1/a b/ü'\"$/empty" "$1/a b/-x"
        cd "$1/a b"
        head -c 50000000 /dev/urandom >large
        printf 'x' >"$(printf 'new\nline')"
        echo run >program; chmod 751 program
        ln -s program link; ln -s /no/where dangling; ln large hard
        echo old >old; touch -d '2001-02-03 04:05:06.123456789' old
        chmod 2750 -- -x
        """#
      try await LocalShell().require(Command("sh", ["-ec", make, "sh", folder]), deadline: .soon)
      try await shell.upload(folder + "/a b", to: folder + "/there/it's", deadline: .soon)
      try await shell.download(folder + "/there/it's", to: folder + "/back", deadline: .soon)
      let list =
        #"cd "$1" && find . -type f -printf '%P %m %s %T@\n' -o -printf '%P %m %l\n' | sort; sha256sum large"#
      let lists = try await [folder + "/a b", folder + "/there/it's", folder + "/back"].asyncMap {
        try await LocalShell().require(Command("sh", ["-ec", list, "sh", $0]), deadline: .soon).stdout
      }
      #expect(lists[0].contains("large") && lists[0] == lists[1] && lists[0] == lists[2])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a b", "back", "there"])
    }
  }

  @Test("A folder that is there keeps what the new one has not; files are replaced")
  func merge() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let folder = server.folder
      let make = #"cd "$1"; mkdir -p a/s b/s; echo new >a/s/f; echo old >b/s/f; echo kept >b/s/g; mkdir b/s/h"#
      try await LocalShell().require(Command("sh", ["-ec", make, "sh", folder]), deadline: .soon)
      try await shell.upload(folder + "/a", to: folder + "/b", deadline: .soon)
      let text = try await shell.require(
        Command("sh", ["-c", #"cd "$1/b/s"; cat f g; ls -A .."#, "sh", folder]), deadline: .soon)
      #expect(text.stdout == "new\nkept\ns\n")
      await #expect(throws: ShellError.self) {
        try await shell.upload(folder + "/a/s/f", to: folder + "/b", deadline: .soon)
      }
      try await shell.upload(folder + "/a/s/f", to: folder + "/b/s/g", deadline: .soon)
      #expect(try String(contentsOfFile: folder + "/b/s/g", encoding: .utf8) == "new\n")
    }
  }

  @Test("A copy that does not come to its end leaves what was there", arguments: ["upload", "download"])
  func partial(_ direction: String) async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let folder = server.folder
      let make = #"cd "$1"; mkdir a b; head -c 200000000 /dev/zero >a/large; echo old >b/large"#
      try await LocalShell().require(Command("sh", ["-ec", make, "sh", folder]), deadline: .soon)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          if direction == "upload" {
            try await shell.upload(folder + "/a", to: folder + "/b", deadline: .soon)
          } else {
            try await shell.download(folder + "/a", to: folder + "/b", deadline: .soon)
          }
        }
        try await eventually("some of it has come") {
          let names = try FileManager.default.contentsOfDirectory(atPath: folder)
          guard let stage = names.first(where: { $0.hasPrefix(".run_exp-") }) else { return false }
          return FileManager.default.fileExists(atPath: "\(folder)/\(stage)/whole/large")
        }
        server.stop()
        await #expect(throws: ShellError.self) { try await group.waitForAll() }
      }
      #expect(try String(contentsOfFile: folder + "/b/large", encoding: .utf8) == "old\n")
    }
  }

  @Test("rsync goes the same way, sends what differs, deletes and leaves out")
  func rsync() async throws {
    try await SSHServer.use { server in
      try await server.shell().waitUntilReady(deadline: .soon)
      let folder = server.folder
      let make =
        #"cd "$1"; mkdir a b; echo 1 >"a/it's one"; echo 2 >a/two.o; echo '*.o' >a/.gitignore; echo 3 >b/three"#
      try await LocalShell().require(Command("sh", ["-ec", make, "sh", folder]), deadline: .soon)
      var rsync = Rsync(by: OpenSSH(server.destination, knownHosts: server.knownHosts))
      rsync.deletes = true
      rsync.filters = [":- .gitignore"]
      try await LocalShell().require(rsync.push(from: folder + "/a/", to: folder + "/b/"), deadline: .soon)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/b").sorted() == [".gitignore", "it's one"])
      var some = Rsync(by: rsync.ssh)
      some.files = ["it's one"]
      try await LocalShell().require(some.pull(from: folder + "/b/", to: folder + "/c/"), deadline: .soon)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/c") == ["it's one"])
    }
  }

  private actor Bytes {
    var all: [UInt8] = []
    func add(_ bytes: [UInt8]) { all += bytes }
  }
}

extension Array where Element: Sendable {
  fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
