import Foundation
import Synchronization
import Testing

@testable import CloudUtil

/// Commands that are ended before they end.
@Suite(.sshd) struct SSHProcessLifeTests {
  @Test("A command that misses its deadline is killed with what it started")
  func deadline() async throws {
    try await withPIDFile { server, shell, file in
      let command = Command(
        "sh", ["-c", "trap '' TERM; sleep 100 & echo $$ $! > \(file).tmp; mv \(file).tmp \(file); wait; sleep 100"])
      await #expect(throws: ShellError.timedOut(command, host: shell.host)) {
        try await shell.run(command, deadline: .now + .seconds(1))
      }
    }
  }

  @Test("A cancelled command is killed, and the connection goes on")
  func cancellation() async throws {
    try await withPIDFile { server, shell, file in
      let command = Command("sh", ["-c", "echo $$ > \(file).tmp; mv \(file).tmp \(file); sleep 100"])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) { try await shell.run(command, deadline: .soon) }
        }
        try await eventually("it has started") { FileManager.default.fileExists(atPath: file) }
        group.cancelAll()
      }
      #expect(try await shell.require(Command("echo", ["on"]), deadline: .soon).stdout == "on\n")
      #expect(try server.connections() == 1)
    }
  }

  @Test("Whoever has had enough ends the command, with what it started")
  func enough() async throws {
    try await withPIDFile { _, shell, file in
      let command = Command("sh", ["-c", "sleep 100 & echo $$ $! >\(file); echo one; echo two; echo three; wait"])
      let output = try await shell.follow(command, deadline: .soon) { $0 == "two" ? .enough : .goOn }
      #expect(!output.termination.isSuccess)
    }
  }

  @Test("The host ends a command after its deadline even if nobody can tell it to")
  func unreachable() async throws {
    try await withPIDFile { server, shell, file in
      let command = Command("sh", ["-c", "echo $$ > \(file).tmp; mv \(file).tmp \(file); sleep 100"])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          let error = await #expect(throws: ShellError.self) {
            try await shell.run(command, deadline: .now + .seconds(2))
          }
          guard case .lost = error else { throw try #require(error) }
        }
        try await eventually("it has started") { FileManager.default.fileExists(atPath: file) }
        server.stop()
        try await group.waitForAll()
      }
    }
  }

  @Test("At whatever moment commands are cancelled or out of time, none is left and the shell goes on")
  func anyMoment() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let mark = "run_exp-test-\(UUID().uuidString)"
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<60 {
          let moment = Duration.milliseconds(number * 7)
          let command = Command("sh", ["-c", "sleep 100; :", mark])
          group.addTask {
            if number.isMultiple(of: 2) {
              _ = try? await shell.run(command, deadline: .now + moment)
            } else {
              _ = try? await within(moment) { try await shell.run(command, deadline: .soon) }
            }
          }
        }
      }
      try await eventually("all are gone") {
        let pids = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        return !pids.contains {
          (try? readWhole("/proc/\($0)/cmdline")).map { String(decoding: $0, as: UTF8.self) }?.contains(mark) ?? false
        }
      }
      #expect(try await shell.require(Command("echo", ["on"]), deadline: .soon).stdout == "on\n")
    }
  }

  @Test("A command that prints more than is kept is an error, not cut output, and is ended")
  func limit() async throws {
    try await SSHServer.use { server in
      let error = await #expect(throws: ShellError.self) {
        try await server.shell(outputLimit: 1000).run(Command("yes"), deadline: .soon)
      }
      guard case .lost(_, _, let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason == "it printed more than 1000 bytes")
    }
  }

  @Test("Who reads slowly holds back the command, not the other commands")
  func backPressure() async throws {
    try await SSHServer.use { server in
      let shell = server.shell()
      let written = server.folder + "/written"
      let script =
        "i=0; echo 0 >\"$1\"; while [ $i -lt 400 ]; do head -c 100000 /dev/zero; i=$((i+1)); echo $i >\"$1\"; done"
      let total = Mutex(0)
      let output = try await shell.stream(Command("sh", ["-c", script, "sh", written]), deadline: .soon) { bytes in
        let isFirst = total.withLock { total in
          defer { total += bytes.count }
          return total == 0
        }
        if isFirst {
          // Meanwhile the rest of 40 MB fills what there is of buffers.
          var last = ""
          try await eventually("it is held back") {
            let now = try String(contentsOfFile: written, encoding: .utf8)
            defer { last = now }
            _ = try await shell.require(Command("sleep", ["0.2"]), deadline: .soon)
            return !now.isEmpty && now == last
          }
          let progress = try #require(Int(last.split(separator: "\n").first ?? ""))
          #expect(progress < 200)
        }
        return .goOn
      }
      #expect(output.termination.isSuccess)
      #expect(total.withLock { $0 } == 40_000_000)
    }
  }

  /// Calls `body` with a server, a shell and the path of a file; the processes whose ids are in it then have to end.
  private func withPIDFile(_ body: (SSHServer, SSHShell, String) async throws -> Void) async throws {
    try await SSHServer.use { server in
      let file = server.folder + "/pids"
      try await body(server, server.shell(), file)
      let pids = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        .compactMap { Int32($0) }
      #expect(!pids.isEmpty)
      for pid in pids { try await eventually("\(pid) is gone") { !isRunning(pid) } }
    }
  }
}

extension SSHServer {
  /// How many connections it has let in so far.
  func connections() throws -> Int { try log().components(separatedBy: "Accepted publickey").count - 1 }
}
