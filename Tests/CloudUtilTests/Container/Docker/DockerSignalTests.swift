import Foundation
import Testing

@testable import CloudUtil

/// What reaches a service, which may be stopped or not ready for it.
@Suite(.docker) struct DockerSignalTests {
  @Test("Signals reach the program itself and what it started")
  func signals() async throws {
    try await DockerBench.use { bench in
      try await bench.start("one", "trap 'echo bye; exit 3' TERM; sleep 100 & echo ready; while :; do sleep 0.01; done")
      try await bench.engine.signal(bench.name("one"), SIGTERM)
      #expect(try await bench.end(of: "one").termination == .exited(3))
      #expect(try await bench.engine.logs(bench.name("one"), lines: 10).contains("bye"))
      try await bench.start("two")
      try await bench.engine.signal(bench.name("two"), SIGKILL)
      #expect(try await bench.end(of: "two").termination == .signalled(SIGKILL))
      await #expect(throws: ContainerError.notRunning(service: bench.name("two"), .signalled(SIGKILL))) {
        try await bench.engine.signal(bench.name("two"), SIGTERM)
      }
      await #expect(throws: ContainerError.unknown(service: "three")) {
        try await bench.engine.signal("three", SIGTERM)
      }
      try await bench.start(
        "four", "(trap 'echo child' USR1; while :; do sleep 0.01; done) & trap '' USR1; echo ready; wait")
      try await bench.engine.signal(bench.name("four"), SIGUSR1)
      try await eventually("the child hears it") {
        try await bench.engine.logs(bench.name("four"), lines: 5).contains("child")
      }
    }
  }

  @Test("A paused service stands still until it is resumed, also by SIGSTOP and SIGCONT; twice is fine")
  func pauses() async throws {
    try await DockerBench.use { bench in
      let name = bench.name("one")
      let count = { try await bench.engine.logs(name, lines: 1_000_000).split(separator: "\n").count }
      try await bench.start("one", "echo ready; while :; do echo tick; sleep 0.01; done")
      try await bench.engine.pause(name)
      try await bench.engine.pause(name)
      let paused = try await count()
      try await Task.sleep(for: .milliseconds(100))
      #expect(try await count() == paused)
      try await bench.engine.resume(name)
      try await bench.engine.resume(name)
      try await eventually("it goes on") { try await count() > paused }
      try await bench.engine.signal(name, SIGSTOP)
      #expect(try await bench.docker("inspect", "--format", "{{.State.Paused}}", name) == "true\n")
      try await bench.engine.signal(name, SIGCONT)
      #expect(try await bench.docker("inspect", "--format", "{{.State.Paused}}", name) == "false\n")
    }
  }

  @Test("A signal to a paused service waits until it is resumed, and does not have it go on")
  func signalsWait() async throws {
    try await DockerBench.use { bench in
      let name = bench.name("one")
      let isPaused = { try await bench.docker("inspect", "--format", "{{.State.Paused}}", name) == "true\n" }
      try await bench.start("one", "trap 'echo heard' USR1; echo ready; while :; do sleep 0.01; done")
      try await bench.engine.pause(name)
      try await bench.engine.signal(name, SIGUSR1)
      #expect(try await isPaused())
      try await bench.engine.resume(name)
      try await eventually("it hears of it") { try await bench.engine.logs(name, lines: 5).contains("heard") }
      try await bench.engine.signal(name, SIGUSR1)
      try await eventually("it hears of the next") {
        try await bench.engine.logs(name, lines: 9).components(separatedBy: "heard").count == 3
      }
    }
  }

  @Test("A paused service is killed like any other, goes on with nothing before, and can be started again")
  func killsPaused() async throws {
    try await DockerBench.use { bench in
      let name = bench.name("one")
      try await bench.start("one", "echo ready; while :; do echo tick; sleep 0.01; done")
      try await bench.engine.pause(name)
      let said = try await bench.engine.logs(name, lines: 1_000_000)
      try await bench.engine.kill(name)
      #expect(try await bench.end(of: "one").termination == .signalled(SIGKILL))
      #expect(try await bench.engine.logs(name, lines: 1_000_000) == said)
      await #expect(throws: ContainerError.notRunning(service: name, .signalled(SIGKILL))) {
        try await bench.engine.kill(name)
      }
      try await bench.start("one")
      try await bench.engine.signal(name, SIGTERM)
      #expect(try await bench.end(of: "one").termination == .signalled(SIGTERM))
    }
  }

  @Test("Signals that a service is started with blocked wait until it is ready for them")
  func blockedSignals() async throws {
    try await DockerBench.use { bench in
      var spec = bench.spec("one", Command("sleep", ["100"], secrets: ["KEY": "swordfish"]))
      let signal = __libc_current_sigrtmin()
      spec.blockedSignals = [signal]
      try await bench.engine.deploy([spec])
      try await bench.engine.signal(spec.name, signal)
      let pids = try await bench.docker("top", spec.name, "-o", "pid").split(separator: "\n").compactMap {
        Int32($0.trimmingCharacters(in: .whitespaces))
      }
      let pid = try #require(pids.last)
      try await eventually("it waits") {
        String(decoding: try readWhole("/proc/\(pid)/status"), as: UTF8.self).contains("ShdPnd:\t0000000200000000")
      }
      #expect(try await bench.engine.inspect(spec.name).isRunning)
    }
  }
}
