import Foundation
import Testing

@testable import CloudUtil

@Suite struct ProcessEngineTests {
  @Test("A service gets its arguments, environment and standard input; its output goes to its log")
  func runs() async throws {
    try await Workbench.use { bench in
      let input = String(repeating: "0123456789\n", count: 20_000)
      let command = Command(
        "sh", ["-c", #"wc -c; echo "$1 $COLOUR $KEY"; echo error >&2"#, "sh", "a b"], environment: ["COLOUR": "red"],
        secrets: ["KEY": "k"], stdin: Secret(input))
      try await bench.engine.deploy([bench.spec("one", command)])
      #expect(try await bench.end(of: "one") == .exited(0))
      #expect(try await bench.engine.logs("one", lines: 10) == "220000\na b red k\nerror")
      #expect(try await bench.engine.logs("one", lines: 2) == "a b red k\nerror")
    }
  }

  @Test("A service sees of this process's environment only what it needs, and its tag and owner")
  func environment() async throws {
    setenv("SOMETHING_OF_THE_OPERATOR", "x", 1)
    try await Workbench.use { bench in
      let pid = try await bench.start("one", script: "echo ready; sleep 100")
      let entries = try readWhole("/proc/\(pid)/environ").split(separator: 0).map {
        String(decoding: $0, as: UTF8.self)
      }
      let owner = try #require(ProcessIdentity.current)
      #expect(entries.contains("RUN_EXP_TAG=\(bench.tag)"))
      #expect(entries.contains("RUN_EXP_OWNER=\(owner)"))
      let names = Set(entries.compactMap { $0.split(separator: "=").first.map(String.init) })
      #expect(
        names.isSubset(of: ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "RUN_EXP_TAG", "RUN_EXP_OWNER"]))
    }
  }

  @Test("A service has descriptors 0, 1 and 2 alone, whatever this process holds open")
  func descriptors() async throws {
    let leaky = try #require(fopen("/dev/null", "r"))
    defer { fclose(leaky) }
    try await Workbench.use { bench in
      let pid = try await bench.start("one", script: "echo ready; exec sleep 100")
      try await eventually("only 0, 1 and 2") {
        try Set(FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) == ["0", "1", "2"]
      }
    }
  }

  @Test("A service leads a group of its own, blocks and ignores no signal, whatever this process does")
  func signals() async throws {
    signal(SIGPIPE, SIG_IGN)
    _ = try Interruption.events([SIGUSR1])
    try await Workbench.use { bench in
      try await bench.engine.deploy([bench.spec("one", Command("sleep", ["100"]))])
      let pid = try bench.engine.service("one").identity.pid
      #expect(try #require(ProcessStatus(of: pid)).group == pid)
      let status = String(decoding: try readWhole("/proc/\(pid)/status"), as: UTF8.self)
      #expect(status.contains("SigBlk:\t0000000000000000"))
      let ignored = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }?.suffix(16))
      // glibc keeps 32 and 33 for itself.
      #expect(try #require(UInt64(ignored, radix: 16)) & 0x7fff_ffff == 0)
    }
  }

  @Test("A signal that a service is started with blocked waits until it is ready for it, also behind another program")
  func blockedSignals() async throws {
    try await Workbench.use { bench in
      let signal = __libc_current_sigrtmin()
      for niceness in [0, 5] {
        var spec = bench.spec("blocking-\(niceness)", Command("sleep", ["100"]), niceness: niceness)
        spec.blockedSignals = [signal]
        try await bench.engine.deploy([spec])
        try await bench.engine.signal(spec.name, signal)
        let pid = try bench.engine.service(spec.name).identity.pid
        let status = String(decoding: try readWhole("/proc/\(pid)/status"), as: UTF8.self)
        #expect(status.contains("SigBlk:\t0000000200000000") && status.contains("ShdPnd:\t0000000200000000"))
      }
    }
  }

  @Test("Niceness holds from the first instant, in the very process that was started")
  func niceness() async throws {
    try await Workbench.use { bench in
      let pid = try await bench.start(
        "nice", script: "cut -d' ' -f19 /proc/$$/stat; echo ready; sleep 100", niceness: 7)
      #expect(try await bench.engine.logs("nice", lines: 2) == "7\nready")
      #expect(try #require(ProcessStatus(of: pid)).niceness == 7)
      let usual = try await bench.start("usual", script: "echo ready; sleep 100")
      #expect(ProcessStatus(of: usual)?.niceness == ProcessStatus(of: getpid())?.niceness)
    }
  }

  @Test("A service that is to get only what others leave is scheduled so, without privileges")
  func idle() async throws {
    try await Workbench.use { bench in
      // Field 41 of proc(5)'s stat is the policy; SCHED_IDLE is 5.
      var spec = bench.spec("idle", Command("sh", ["-c", "cut -d' ' -f41 /proc/$$/stat; echo ready; sleep 100"]))
      spec.isIdle = true
      try await bench.engine.deploy([spec])
      try await eventually("idle is ready") { try await bench.engine.logs("idle", lines: 9).contains("ready") }
      #expect(try await bench.engine.logs("idle", lines: 2) == "5\nready")
    }
  }

  @Test("Exits are told with their status or signal, also those before anyone listened")
  func exits() async throws {
    try await Workbench.use { bench in
      try await bench.engine.deploy([
        bench.spec("status", Command("sh", ["-c", "exit 65"])), bench.spec("killed", Command("sleep", ["100"])),
      ])
      #expect(try await bench.end(of: "status") == .exited(65))
      try await bench.engine.signal("killed", SIGKILL)
      #expect(try await bench.end(of: "killed") == .signalled(SIGKILL))
      #expect(try await bench.end(of: "status") == .exited(65))
      await #expect(throws: ContainerError.notRunning(service: "killed", .signalled(SIGKILL))) {
        try await bench.engine.signal("killed", SIGTERM)
      }
      await #expect(throws: ContainerError.notRunning(service: "killed", .signalled(SIGKILL))) {
        _ = try await bench.engine.stats("killed")
      }
    }
  }

  @Test("Killing a service kills what it started, too")
  func killsGroup() async throws {
    try await Workbench.use { bench in
      let pid = try await bench.start("family", script: "sleep 100 & echo $!; echo ready; wait")
      let child = try #require(Int32(try await bench.engine.logs("family", lines: 2).prefix { $0 != "\n" }))
      try await bench.engine.signal("family", SIGKILL)
      try await eventually("both are gone") { !isRunning(pid) && !isRunning(child) }
    }
  }

  @Test("The name of a service that has ended can be used again, that of a running one cannot")
  func names() async throws {
    try await Workbench.use { bench in
      try await bench.engine.deploy([bench.spec("one", Command("true"))])
      _ = try await bench.end(of: "one")
      try await bench.start("one", script: "echo ready; sleep 100")
      await #expect(throws: ContainerError.nameTaken(service: "one")) {
        try await bench.engine.deploy([bench.spec("one", Command("true"))])
      }
      await #expect(throws: ContainerError.unknown(service: "two")) { try await bench.engine.pause("two") }
    }
  }

  @Test("A paused service stands still until it is resumed")
  func pause() async throws {
    try await Workbench.use { bench in
      let pid = try await bench.start("one", script: "echo ready; exec sleep 100")
      try await bench.engine.pause("one")
      try await eventually("it is stopped") { ProcessStatus(of: pid)?.state == "T" }
      try await bench.engine.resume("one")
      try await eventually("it goes on") { ProcessStatus(of: pid)?.state == "S" }
    }
  }

  @Test("Statistics grow with what a service uses")
  func stats() async throws {
    try await Workbench.use { bench in
      try await bench.start("busy", script: "echo ready; while :; do :; done")
      try await eventually("it has used CPU time") { try await bench.engine.stats("busy").cpu_ns > 10_000_000 }
      let stats = try await bench.engine.stats("busy")
      #expect(stats.resident_bytes > 100_000)
      #expect(stats.maxResident_bytes >= stats.resident_bytes)
    }
  }

  @Test("A command beside a service runs in its environment")
  func exec() async throws {
    try await Workbench.use { bench in
      let command = Command("sleep", ["100"], environment: ["COLOUR": "red"], secrets: ["KEY": "k"])
      try await bench.engine.deploy([bench.spec("one", command)])
      let output = try await bench.engine.exec(
        Command("sh", ["-c", "echo $COLOUR $KEY $RUN_EXP_TAG"]), in: "one", deadline: .soon)
      #expect(output.stdout == "red k \(bench.tag)\n")
    }
  }

  @Test("What cannot be started says so and starts nothing")
  func refusals() async throws {
    try await Workbench.use { bench in
      let engine = bench.engine
      await #expect(throws: ContainerError.executableMissing("no-such-program", service: "one")) {
        try await engine.deploy([bench.spec("one", Command("no-such-program"), niceness: 5)])
      }
      await #expect(throws: ContainerError.executableMissing("/etc/passwd", service: "one")) {
        try await engine.deploy([bench.spec("one", Command("/etc/passwd"))])
      }
      await #expect(throws: ContainerError.self) {
        try await engine.deploy([bench.spec("one", Command("true"), limits: Limits(cpus: 1))])
      }
      var unwritable = bench.spec("one", Command("true"))
      unwritable.log = "/proc/nowhere/one.log"
      await #expect(throws: ContainerError.self) { try await engine.deploy([unwritable]) }
      await #expect(throws: ContainerError.unknown(service: "one")) { _ = try await engine.stats("one") }

      try await engine.deploy([bench.spec("two", Command("sleep", ["100"]))])
      await #expect(throws: ContainerError.self) {
        try await engine.update("two", limits: Limits(memory_bytes: 1 << 30))
      }
      await #expect(throws: ContainerError.self) { try await engine.check(Limits(cpus: 1), of: "two") }
      try await engine.check(Limits(), of: "two")
      await #expect(throws: ContainerError.self) { _ = try await engine.linkGround() }
      await #expect(throws: ContainerError.self) { try await engine.shape("two", as: LinkCondition(isCut: true)) }
    }
  }
}
