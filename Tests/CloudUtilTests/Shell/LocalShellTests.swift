import Foundation
import Testing

@testable import CloudUtil

@Suite struct LocalShellTests {
  private let shell = LocalShell()

  @Test("A command gets its arguments, environment and standard input, and gives its output and status")
  func run() async throws {
    let command = Command(
      "sh", ["-c", #"cat; echo "$1 $COLOUR $KEY"; echo bad >&2; exit 3"#, "sh", "a b"], environment: ["COLOUR": "red"],
      secrets: ["KEY": "k"], stdin: "in\n")
    let output = try await shell.run(command, deadline: .soon)
    #expect(output == Output(termination: .exited(3), stdout: "in\na b red k\n", stderr: "bad\n"))
  }

  @Test("A failed command says what, where, how and its last words, without secrets")
  func failure() async throws {
    let command = Command("sh", ["-c", "seq 1 9 >&2; kill -9 $$"], secrets: ["KEY": "swordfish"])
    let error = await #expect(throws: ShellError.self) { try await shell.require(command, deadline: .soon) }
    let text = try #require(error).description
    #expect(text.hasPrefix("localhost: `KEY=<secret> sh -c"))
    #expect(text.hasSuffix("failed with signal 9 (Killed):\n  5\n  6\n  7\n  8\n  9"))
  }

  @Test("A program that does not exist cannot be started")
  func missing() async throws {
    for name in ["no-such-program", "/no/such/program"] {
      let error = await #expect(throws: ShellError.self) { try await shell.run(Command(name), deadline: .soon) }
      guard case .notStarted = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test("A command that misses its deadline is killed with what it started")
  func deadline() async throws {
    try await withPIDFile { file in
      let command = Command(
        "sh", ["-c", "trap '' TERM; sleep 100 & echo $$ $! > \(file).tmp; mv \(file).tmp \(file); wait; sleep 100"])
      await #expect(throws: ShellError.timedOut(command, host: "localhost")) {
        try await shell.run(command, deadline: .now + .seconds(1))
      }
    }
  }

  @Test("A cancelled command is killed")
  func cancellation() async throws {
    try await withPIDFile { file in
      let command = Command("sh", ["-c", "echo $$ > \(file).tmp; mv \(file).tmp \(file); sleep 100"])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { [shell] in
          await #expect(throws: CancellationError.self) { try await shell.run(command, deadline: .soon) }
        }
        try await eventually("it has started") { FileManager.default.fileExists(atPath: file) }
        group.cancelAll()
      }
    }
  }

  /// Calls `body` with the path of a file; the processes whose ids are in it then have to end.
  private func withPIDFile(_ body: (String) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try await body(file)
    let pids = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
      .compactMap { Int32($0) }
    #expect(!pids.isEmpty)
    for pid in pids { try await eventually("\(pid) is gone") { !isRunning(pid) } }
  }

  @Test("A command that prints more than is kept is an error, not cut output")
  func limit() async throws {
    let error = await #expect(throws: ShellError.self) {
      try await LocalShell(outputLimit: 1000).run(Command("seq", ["10000"]), deadline: .soon)
    }
    guard case .lost = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("What a command prints is handed over as it comes, line by line and whole, until it ends")
  func follow() async throws {
    let lines = Lines()
    let command = Command(
      "sh", ["-c", #"printf 'a'; printf 'b\n\nc\n'; cat; printf d; echo bad >&2; exit 3"#], stdin: "in\n")
    let output = try await shell.follow(command, deadline: .soon) { await lines.take($0, until: nil) }
    #expect(output == Output(termination: .exited(3), stdout: "", stderr: "bad\n"))
    #expect(await lines.all == ["ab", "", "c", "in", "d"])
  }

  @Test("Whoever has had enough ends the command, with what it started")
  func enough() async throws {
    try await withPIDFile { file in
      let lines = Lines()
      let command = Command("sh", ["-c", "sleep 100 & echo $$ $! >\(file); echo one; echo two; echo three; wait"])
      let output = try await shell.follow(command, deadline: .soon) { await lines.take($0, until: "two") }
      #expect(!output.termination.isSuccess)
      #expect(await lines.all == ["one", "two"])
    }
  }

  @Test("A command that is followed has a deadline, too, and ends with the task")
  func followDeadline() async throws {
    try await withPIDFile { file in
      let command = Command("sh", ["-c", "echo $$ > \(file).tmp; mv \(file).tmp \(file); echo ready; sleep 100"])
      await #expect(throws: ShellError.timedOut(command, host: "localhost")) {
        _ = try await shell.follow(command, deadline: .now + .seconds(1)) { _ in .goOn }
      }
    }
  }

  private actor Lines {
    var all: [String] = []

    func take(_ line: String, until last: String?) -> Following {
      all.append(line)
      return line == last ? .enough : .goOn
    }
  }

  @Test("Files and folders are copied, making the folders above")
  func copies() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("a b/file").path
    try await shell.require(
      Command("sh", ["-c", #"mkdir -p "$1" && echo hello > "$1/file""#, "sh", folder.path + "/a b"]), deadline: .soon)
    try await shell.upload(source, to: folder.path + "/c/d/copy", deadline: .soon)
    try await shell.download(folder.path + "/c", to: folder.path + "/e", deadline: .soon)
    #expect(try String(contentsOfFile: folder.path + "/e/d/copy", encoding: .utf8) == "hello\n")
    await #expect(throws: ShellError.self) {
      try await shell.upload(folder.path + "/none", to: folder.path + "/f", deadline: .soon)
    }
  }
}
