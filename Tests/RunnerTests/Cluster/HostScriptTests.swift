import CloudUtil
import Foundation
import Testing

@testable import Runner

/// What runs on hosts, run on this one in a folder.
@Suite struct HostScriptTests {
  private let shell = LocalShell()
  private var soon: ContinuousClock.Instant { .now + .seconds(20) }

  private func inFolder(_ body: (URL, ClusterFolder) async throws -> Void) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "run_exp-host-\(randomHex(bytes: 6))")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    try await body(home, ClusterFolder(path: home.path + "/cluster"))
  }

  private func at(_ home: URL, _ command: Command) -> Command {
    var command = command
    command.environment["HOME"] = home.path
    return command
  }

  @Test("A key is let in once however often it is authorised, and withdrawn without touching others")
  func keys() async throws {
    try await inFolder { home, _ in
      let file = home.appending(path: ".ssh/authorized_keys")
      let ours = "ssh-ed25519 AAAA run_exp:ParM/main"
      let authorise = ClusterKeys.authorise(ours, note: home.path + "/note")
      let withdraw = ClusterKeys.withdraw(comment: "run_exp:ParM/main", note: home.path + "/note")
      for _ in 0..<2 { try await shell.require(at(home, authorise), deadline: soon) }
      #expect(try String(contentsOf: file, encoding: .utf8) == ours + "\n")
      // Where there was none before, there is none afterwards.
      try await shell.require(at(home, withdraw), deadline: soon)
      #expect(!FileManager.default.fileExists(atPath: home.path + "/.ssh"))
      // What was there and empty is so again.
      try FileManager.default.removeItem(atPath: home.path + "/note")
      try FileManager.default.createDirectory(atPath: home.path + "/.ssh", withIntermediateDirectories: true)
      for text in [nil, ""] {
        try text.map { try $0.write(to: file, atomically: true, encoding: .utf8) }
        for command in [authorise, withdraw] { try await shell.require(at(home, command), deadline: soon) }
        #expect((try? String(contentsOf: file, encoding: .utf8)) == text)
        #expect(FileManager.default.fileExists(atPath: home.path + "/.ssh"))
        try? FileManager.default.removeItem(atPath: home.path + "/note")
      }
      try await shell.require(at(home, authorise), deadline: soon)
      let others = "ssh-ed25519 BBBB me@laptop\nssh-ed25519 CCCC run_exp:ParM/main2\n# run_exp:ParM/mainly\n"
      try (others + ours + "\n").write(to: file, atomically: true, encoding: .utf8)
      for _ in 0..<2 {
        try await shell.require(at(home, withdraw), deadline: soon)
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == others)
      #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/.ssh") == ["authorized_keys"])
    }
  }

  @Test("Where the last line of others lacks its end, it does so again when our key is gone")
  func keysWithoutEnd() async throws {
    try await inFolder { home, _ in
      let file = home.appending(path: ".ssh/authorized_keys")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let (others, ours) = ("ssh-ed25519 BBBB me\n# laptop", "ssh-ed25519 AAAA run_exp:ParM/main")
      let authorise = ClusterKeys.authorise(ours, note: home.path + "/note")
      let withdraw = ClusterKeys.withdraw(comment: "run_exp:ParM/main", note: home.path + "/note")
      try others.write(to: file, atomically: true, encoding: .utf8)
      for _ in 0..<2 { try await shell.require(at(home, authorise), deadline: soon) }
      #expect(try String(contentsOf: file, encoding: .utf8) == "\(others)\n\(ours)\n")
      for _ in 0..<2 {
        try await shell.require(at(home, withdraw), deadline: soon)
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == others)
      // A line that came after ours meanwhile stays, too.
      try await shell.require(at(home, authorise), deadline: soon)
      try await shell.require(
        at(home, Command("sh", ["-c", "echo ssh-ed25519 CCCC you >>~/.ssh/authorized_keys"])), deadline: soon)
      try await shell.require(at(home, withdraw), deadline: soon)
      #expect(try String(contentsOf: file, encoding: .utf8) == "\(others)\nssh-ed25519 CCCC you\n")
    }
  }

  @Test("One launches at a time: another is told who does, until it is given back or nobody keeps it fresh")
  func lease() async throws {
    try await inFolder { _, folder in
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      let (ada, bob) = (LaunchLease(folder: folder, owner: "ada@a"), LaunchLease(folder: folder, owner: "bob@b"))
      try await ada.hold(on: shell) {
        // Her own, once more.
        try await shell.require(ada.take, deadline: soon)
        var refusal = ""
        do { try await bob.hold(on: shell) {} } catch { refusal = "\(error)" }
        #expect(refusal.hasPrefix("ada@a is launching on this cluster"))
        try await shell.require(bob.release, deadline: soon)
        #expect(FileManager.default.fileExists(atPath: folder.launcher))
      }
      #expect(!FileManager.default.fileExists(atPath: folder.launcher))
      try await shell.require(ada.take, deadline: soon)
      let old = Date.now.addingTimeInterval(-Double(LaunchLease.life_s) - 1)
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: folder.launcher)
      try await bob.hold(on: shell) {}
    }
  }

  @Test("A launch whose lease has come to somebody else ends, and leaves it there")
  func lostLease() async throws {
    try await inFolder { _, folder in
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      let ada = LaunchLease(folder: folder, owner: "ada@a", pace: .milliseconds(10))
      let error = await #expect(throws: Failure.self) {
        try await ada.hold(on: LocalShell()) {
          // As if the host had not heard of it for longer than it lasts.
          try Data("bob@b\n".utf8).write(to: URL(filePath: folder.launcher), options: .atomic)
          try await Task.sleep(for: .seconds(60))
        }
      }
      #expect(error?.exitCode == .infrastructure && error?.description.contains("bob@b is launching") ?? false)
      #expect(try String(contentsOfFile: folder.launcher, encoding: .utf8) == "bob@b\n")
    }
  }

  @Test("Host keys that are pinned from outside are known by the addresses inside")
  func knownHosts() {
    let text = "203.0.113.1 ssh-ed25519 AAAA\n[203.0.113.2]:2222 ssh-ed25519 BBBB\n203.0.113.9 ssh-ed25519 CCCC\n"
    func from(_ address: String, _ port: Int) -> SSHDestination {
      SSHDestination(address: address, port: port, user: "admin", key: "/k")
    }
    let inside = ClusterKeys.knownHosts(
      text,
      for: [
        (from("203.0.113.1", 22), "10.0.0.1", 22), (from("203.0.113.2", 2222), "10.0.0.2", 2222), (nil, "10.0.0.3", 22),
      ])
    #expect(inside == "10.0.0.1 ssh-ed25519 AAAA\n[10.0.0.2]:2222 ssh-ed25519 BBBB\n")
  }

  @Test("A probe says what the host is and what it lacks, and changes nothing")
  func probe() async throws {
    try await inFolder { home, folder in
      let command = Bootstrap.probe(folder, isFrontend: true)
      let finding = Bootstrap.Finding(try await shell.require(command, deadline: soon).stdout)
      #expect(finding.needs.contains(.folder) && !finding.isReady)
      #expect(finding.platform.wholeMatch(of: /[a-z]+ [0-9.]* [a-z0-9_]+/) != nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).isEmpty)
    }
    let all = Bootstrap.Need.allCases.map { "needs \($0.rawValue)\n" }.joined()
    #expect(Bootstrap.Finding("platform debian 12 x86_64\n" + all).needs == Set(Bootstrap.Need.allCases))
    let refused = Bootstrap.Finding("platform debian 12 x86_64\nneeds sudo\nrefusal sudo: a password is required\n")
    #expect(refused.isReady && refused.refusal == "sudo: a password is required")
    #expect(
      Bootstrap.words([.permission, .folder], ClusterFolder(experiment: "e", cluster: "c"))
        == "a folder /var/lib/run_exp/e/c that belongs to its user; permission to use Docker (the group docker)")
  }

  /// A run that says it is alive, holds the lock until it is told to end, and logs.
  private static let program = #"""
    #!/bin/bash
    [ "$2" = run ] && [ "$5" = --hosts ] || { echo "called as $*"; exit 1; }
    mkdir -p "$6/lock"
    exec 9<"$6/lock"
    flock -n 9 || { echo "another run is at work"; exit 69; }
    echo $$ >"$6/lock/process"
    printf '{"state":"running","launch":"%s","trial":1,"trials":2,"left_s":7,"started":1,"updated":1}' "$8" >"$6/status.json"
    echo "began in $PWD with $RUN_EXP_FILES and ${*:9}"
    trap 'echo interrupted; exit 130' TERM
    for try in $(seq 300); do [ -e "$6/end" ] && break; sleep 0.1 & wait $!; done
    echo ended
    """#

  @Test("A run that is started is at work until it ends, logs in the home, and is followed to its end")
  func detached() async throws {
    try await inFolder { home, folder in
      let file = URL(filePath: folder.program)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Self.program.write(to: file, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      let files = OperatorFiles(
        paths: ["/home/ada/x.json"], experiment: "/home/ada/x.json", currentFolder: "/home/ada", models: [])
      let run = DetachedRun(folder: folder, launch: "a1", files: files, arguments: ["--set", "k=[2, 3]"])
      func isAtWork() async throws -> Bool {
        try await shell.run(at(home, DetachedRun.isAtWork(folder)), deadline: soon).termination.isSuccess
      }
      func log() throws -> String {
        try String(contentsOf: home.appending(path: DetachedRun.logLink), encoding: .utf8)
      }
      #expect(try await !isAtWork())
      #expect(try await shell.require(at(home, DetachedRun.status(folder)), deadline: soon).stdout.isEmpty)
      #expect(try await shell.require(at(home, DetachedRun.logStart(folder)), deadline: soon).stdout == "1\n")
      // Whoever only looks leaves nothing in the way of the first run.
      #expect(try await shell.require(at(home, DetachedRun.watch(folder)), deadline: soon).stdout.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: folder.lock))

      try "--- an earlier run\nits words\n".write(toFile: folder.log, atomically: true, encoding: .utf8)
      // Of another experiment that ran on this host.
      let link = home.appending(path: DetachedRun.logLink).path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/somewhere/else")
      try await shell.require(at(home, run.start), deadline: soon)
      #expect(try await shell.require(at(home, DetachedRun.logStart(folder)), deadline: soon).stdout == "30\n")
      while try !log().contains("began") { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try await isAtWork())
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == folder.log)
      let words = "began in \(folder.mirror)/home/ada with \(folder.mirror) and --set k=[2, 3]"
      #expect(try log().contains(words))
      let status = try RunStatus(try await shell.require(at(home, DetachedRun.status(folder)), deadline: soon).stdout)
      #expect(status.launch == "a1" && status.words == "trial 1 of 2, up to \(PlanText.duration(7)) left")

      async let watched = shell.run(at(home, DetachedRun.watch(folder)), deadline: soon)
      async let followed = shell.run(at(home, DetachedRun.follow(folder, from: 1)), deadline: soon)
      try "".write(toFile: folder.path + "/end", atomically: true, encoding: .utf8)
      #expect(try await followed.stdout.hasSuffix("ended\n"))
      #expect(try await watched.stdout.split(separator: "\n").allSatisfy { try RunStatus(String($0)) == status })
      #expect(try await !isAtWork())
      // It did not say how it ended.
      #expect(status.ended.state == .failed && status.ended.words.contains("launch again goes on"))
    }
  }

  @Test("Clearing a cluster leaves others as they are, and the link to the log leads to one that is left")
  func clear() async throws {
    try await inFolder { home, _ in
      let folders = ["a/main", "b/main", "b/other"].map { ClusterFolder(path: home.path + "/clusters/" + $0) }
      for folder in folders {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try Data("--- \(folder.path)\n".utf8).write(to: URL(filePath: folder.log))
      }
      let link = home.appending(path: DetachedRun.logLink).path
      let files = FileManager.default
      try files.createSymbolicLink(atPath: link, withDestinationPath: folders[2].log)
      try files.setAttributes([.modificationDate: Date.now.addingTimeInterval(-60)], ofItemAtPath: folders[1].log)
      for (cleared, left) in [(1, folders[2].log), (2, folders[0].log), (0, nil)] {
        try await shell.require(at(home, HostCleaning.clear(folders[cleared])), deadline: soon)
        #expect(!files.fileExists(atPath: folders[cleared].path))
        #expect((try? files.destinationOfSymbolicLink(atPath: link)) == left)
      }
      #expect(try files.contentsOfDirectory(atPath: home.path).isEmpty)
      // A file of that name is somebody's.
      try "mine".write(toFile: link, atomically: true, encoding: .utf8)
      try await shell.require(at(home, HostCleaning.clear(folders[0])), deadline: soon)
      #expect(try String(contentsOfFile: link, encoding: .utf8) == "mine")
    }
  }

  @Test("A run is ended gently, and what is not at work is left alone")
  func endRun() async throws {
    try await inFolder { home, folder in
      try await shell.require(HostCleaning.endRun(folder), deadline: soon)
      let file = URL(filePath: folder.program)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Self.program.write(to: file, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      let files = OperatorFiles(paths: [], experiment: "/x.json", currentFolder: "/", models: [])
      let run = DetachedRun(folder: folder, launch: "b2", files: files, arguments: [])
      let theirs = home.appending(path: DetachedRun.logLink)
      try "mine\n".write(to: theirs, atomically: true, encoding: .utf8)
      try await shell.require(at(home, run.start), deadline: soon)
      while !FileManager.default.fileExists(atPath: folder.lock + "/process") {
        try await Task.sleep(for: .milliseconds(20))
      }
      try await shell.require(HostCleaning.endRun(folder), deadline: .now + .seconds(60))
      let log = try String(contentsOfFile: folder.log, encoding: .utf8)
      #expect(log.hasSuffix("interrupted\n"), "\(log)")
      #expect(try String(contentsOf: theirs, encoding: .utf8) == "mine\n")
    }
  }
}
