import Foundation
import Testing

@testable import CloudUtil

@Suite struct ProcessEngineRemoveTests {
  @Test("Removing a tag ends every kind of process that carries it, and a second time is fine")
  func all() async throws {
    try await Workbench.use { bench in
      let obedient = try await bench.start("obedient", script: "echo ready; sleep 100")
      let stubborn = try await bench.start("stubborn", script: "trap '' TERM; echo ready; while :; do sleep 1; done")
      let paused = try await bench.start("paused", script: "echo ready; sleep 100")
      try await bench.engine.pause("paused")
      // Its parent ends; a grandchild in its group and one that left the group ignore SIGTERM.
      let parent = try await bench.start(
        "parent", script: "trap '' TERM; sleep 100 & echo $!; setsid sleep 100 & echo $!; echo ready")
      let children = try await bench.engine.logs("parent", lines: 3).split(separator: "\n").compactMap { Int32($0) }
      #expect(children.count == 2)
      try await bench.engine.deploy([bench.spec("ended", Command("true"))])

      try await bench.engine.remove(bench.tag)
      for pid in [obedient, stubborn, paused, parent] + children {
        #expect(!isRunning(pid))
      }
      for pid in [obedient, stubborn, paused, parent] {
        #expect(ProcessStatus(of: pid) == nil, "not reaped")
      }
      await #expect(throws: ContainerError.unknown(service: "stubborn")) {
        _ = try await bench.engine.stats("stubborn")
      }
      try await bench.engine.remove(bench.tag)
    }
  }

  @Test("A service asked to end may end in its own way")
  func graceful() async throws {
    try await Workbench.use { bench in
      let script = "trap 'echo files written; exit 3' TERM; echo ready; while :; do sleep 0.01; done"
      try await bench.start("one", script: script)
      let exits = bench.engine.exits()
      try await bench.engine.remove(bench.tag)
      for await exit in exits {
        #expect(exit.termination == .exited(3))
        break
      }
      #expect(try String(contentsOfFile: bench.log("one"), encoding: .utf8).contains("files written"))
    }
  }

  @Test("Removing works from a cancelled task")
  func cancelled() async throws {
    try await Workbench.use { bench in
      let pid = try await bench.start("stubborn", script: "trap '' TERM; echo ready; while :; do sleep 1; done")
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          while !Task.isCancelled { await Task.yield() }
          try await bench.engine.remove(bench.tag)
        }
        group.cancelAll()
        try await group.waitForAll()
      }
      #expect(!isRunning(pid))
    }
  }

  @Test("Removing a tag leaves the processes of other tags alone")
  func others() async throws {
    try await Workbench.use { bench in
      let other = ProcessTag(experiment: bench.tag.experiment, run: "2")
      let mine = try await bench.start("mine", script: "echo ready; sleep 100")
      let theirs = try await bench.start("theirs", script: "echo ready; sleep 100", tag: other)
      try await bench.engine.remove(bench.tag)
      #expect(!isRunning(mine))
      #expect(isRunning(theirs))
      try await bench.engine.remove(other)
      #expect(!isRunning(theirs))
    }
  }

  @Test("Redis takes its configuration with the password from standard input, answers, keeps its tag and ends in time")
  func redis() async throws {
    try await Workbench.use { bench in
      let port = try LoopbackPort.free()
      let config = """
        bind 127.0.0.1
        port \(port)
        requirepass swordfish
        save ""
        appendonly no
        set-proc-title no
        dir \(bench.folder.path)

        """
      try await bench.engine.deploy([bench.spec("redis", Command("redis-server", ["-"], stdin: Secret(config)))])
      let pid = try bench.engine.service("redis").identity.pid
      let shell = LocalShell()
      let ping = Command("redis-cli", ["-p", String(port), "ping"], secrets: ["REDISCLI_AUTH": "swordfish"])
      try await eventually("it answers") { try await shell.run(ping, deadline: .soon).stdout == "PONG\n" }
      #expect(try LoopbackPort.isTaken(port))
      #expect(!String(decoding: try readWhole("/proc/\(pid)/cmdline"), as: UTF8.self).contains("swordfish"))
      #expect(TaggedProcess.find(experiment: bench.tag.experiment).map(\.identity.pid) == [pid])
      try await bench.engine.remove(bench.tag)
      #expect(!isRunning(pid))
      #expect(try !LoopbackPort.isTaken(port))
      #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) == ["logs"])
    }
  }
}
