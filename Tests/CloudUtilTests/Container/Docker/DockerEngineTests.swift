import Foundation
import Testing

@testable import CloudUtil

@Suite(.docker) struct DockerEngineTests {
  @Test(
    "A service gets its arguments, environment, secrets and standard input; its output is in its log once it is removed"
  )
  func runs() async throws {
    try await DockerBench.use { bench in
      let input = String(repeating: "0123456789\n", count: 20_000)
      let command = Command(
        "sh", ["-c", #"wc -c; echo "$1 $COLOUR $KEY"; echo error >&2; exit 5"#, "sh", "a b"],
        environment: ["COLOUR": "red"], secrets: ["KEY": "it's $k"], stdin: Secret(input))
      var spec = bench.spec("one", command)
      spec.command.executable = "/bin/busybox"
      spec.command.arguments.insert("sh", at: 0)
      try await bench.engine.deploy([spec])
      let exit = try await bench.end(of: "one")
      #expect(exit == ServiceExit(name: bench.name("one"), component: "one/0", termination: .exited(5)))
      #expect(try await bench.engine.logs(bench.name("one"), lines: 10) == "220000\na b red it's $k\nerror")
      #expect(try await bench.engine.logs(bench.name("one"), lines: 1) == "error")
      try await bench.engine.remove(bench.tag)
      #expect(try bench.logText("one") == "220000\na b red it's $k\nerror\n")
      #expect(try await !bench.exists(bench.name("one")))
    }
  }

  @Test("Secrets are in no argument, not in what docker inspect shows, and no more in any file once the service runs")
  func secrets() async throws {
    try await DockerBench.use { bench in
      let secret = "swordfish-\(bench.suffix)"
      let command = Command(
        "sh", ["-c", #"read line; [ "$KEY" = "$line" ] && echo ready; sleep 100"#], secrets: ["KEY": Secret(secret)],
        stdin: Secret(secret + "\n"))
      let spec = bench.spec("one", command)
      try await bench.engine.deploy([spec])
      try await bench.ready("one")
      #expect(try await !bench.docker("inspect", spec.name).contains(secret))
      #expect(try await !bench.docker("top", spec.name).contains(secret))
      for status in ProcessStatus.all() {
        let arguments = (try? readWhole("/proc/\(status.identity.pid)/cmdline")) ?? []
        #expect(!String(decoding: arguments, as: UTF8.self).contains(secret))
      }
      let entry = EntryFolder(tag: bench.tag, owner: bench.engine.owner)
      #expect(try await bench.shell.require(EntryFolder.unread([entry.path]), deadline: .soon).stdout.isEmpty)
      try await bench.engine.remove(bench.tag)
      #expect(!FileManager.default.fileExists(atPath: entry.path))
    }
  }

  @Test("What a service writes belongs to whoever runs the experiment; what it may only read it cannot write")
  func mounts() async throws {
    try await DockerBench.use { bench in
      let (inner, outer) = (bench.folder.path + "/a, b", bench.folder.path + "/outer")
      for folder in [inner, outer] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      try Data("hello".utf8).write(to: URL(fileURLWithPath: outer + "/file"))
      var spec = bench.spec(
        "one", bench.script(#"cat "$2/file" >"$1/file"; echo x >"$2/other" || exit 7"#, inner, outer))
      spec.mounts = [Mount(inner, isReadOnly: false), Mount(outer)]
      try await bench.engine.deploy([spec])
      #expect(try await bench.end(of: "one").termination == .exited(7))
      #expect(try String(contentsOfFile: inner + "/file", encoding: .utf8) == "hello")
      let owner = try FileManager.default.attributesOfItem(atPath: inner + "/file")[.ownerAccountID] as? NSNumber
      #expect(owner?.uint32Value == getuid())
    }
  }

  @Test("Limits hold, can be changed and lifted; one that the machine cannot give is an error before anything starts")
  func limits() async throws {
    try await DockerBench.use { bench in
      let name = bench.name("one")
      let format = "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.CpusetCpus}}"
      let limits = { try await bench.docker("inspect", "--format", format, name) }
      try await bench.start("one", limits: Limits(cpus: 0.5, memory_bytes: 32 << 20, cores: [0]))
      #expect(try await limits() == "500000000 33554432 0\n")
      try await bench.engine.update(name, limits: Limits(cpus: 0.25, memory_bytes: 64 << 20, cores: [0]))
      #expect(try await limits() == "250000000 67108864 0\n")
      try await bench.engine.update(name, limits: Limits())
      let machine = try await bench.engine.ground().machine
      let cores = (0..<machine.cores).map(String.init).joined(separator: ",")
      #expect(try await limits() == "\(machine.cores)000000000 \(machine.memory_bytes) \(cores)\n")
      await #expect(throws: ContainerError.self) {
        try await bench.engine.update(name, limits: Limits(memory_bytes: machine.memory_bytes + 1))
      }
      let specs = [
        bench.spec("two", Command("true")), bench.spec("three", Command("true"), limits: Limits(cpus: 4096)),
      ]
      await #expect(throws: ContainerError.self) { try await bench.engine.deploy(specs) }
      #expect(try await !bench.exists(bench.name("two")))
    }
  }

  @Test("A command runs in a service, with its environment and secrets, and says how it ended")
  func exec() async throws {
    try await DockerBench.use { bench in
      let command = Command(
        "sh", ["-c", "echo ready; sleep 100"], environment: ["COLOUR": "red"], secrets: ["KEY": "swordfish"])
      try await bench.engine.deploy([bench.spec("one", command)])
      let probe = Command(
        "sh", ["-c", #"cat; echo "$COLOUR $KEY $OTHER $MORE"; echo bad >&2; exit 7"#], environment: ["MORE": "m"],
        secrets: ["OTHER": "o"], stdin: "in\n")
      let output = try await bench.engine.exec(probe, in: bench.name("one"), deadline: .soon)
      #expect(output == Output(termination: .exited(7), stdout: "in\nred swordfish o m\n", stderr: "bad\n"))
      #expect(try await !bench.docker("inspect", bench.name("one")).contains("swordfish"))
      await #expect(throws: ShellError.self) {
        _ = try await bench.engine.exec(Command("sleep", ["100"]), in: bench.name("one"), deadline: .now + .seconds(1))
      }
      try await bench.engine.signal(bench.name("one"), SIGKILL)
      _ = try await bench.end(of: "one")
      await #expect(throws: ContainerError.notRunning(service: bench.name("one"), .signalled(SIGKILL))) {
        _ = try await bench.engine.exec(Command("true"), in: bench.name("one"), deadline: .soon)
      }
    }
  }

  @Test("What a service uses grows with what it does, and is told of a running one only")
  func stats() async throws {
    try await DockerBench.use { bench in
      let name = bench.name("busy")
      try await bench.start(
        "busy", "x=$(head -c 20000000 /dev/zero | tail -c 20000000 | wc -c); echo ready; while :; do :; done")
      try await bench.start("idle")
      let before = try await bench.engine.stats(name)
      #expect(before.resident_bytes > 100_000 && before.maxResident_bytes >= before.resident_bytes)
      try await eventually("it has computed for 50 ms more") {
        try await bench.engine.stats(name).cpu_ns > before.cpu_ns + 50_000_000
      }
      #expect(try await bench.engine.stats(bench.name("idle")).cpu_ns < 1_000_000_000)
      try await bench.engine.signal(name, SIGKILL)
      _ = try await bench.end(of: "busy")
      await #expect(throws: ContainerError.notRunning(service: name, .signalled(SIGKILL))) {
        _ = try await bench.engine.stats(name)
      }
    }
  }

  @Test("A program that the image does not have is named, and so are those that cannot be started at all")
  func failures() async throws {
    try await DockerBench.use { bench in
      for program in ["no-such-program", "/opt/no-such-program"] {
        let spec = bench.spec("one", Command(program, secrets: ["KEY": "swordfish"]))
        await #expect(throws: ContainerError.executableMissing(program, service: bench.name("one"))) {
          try await bench.engine.deploy([spec])
        }
        let entry = EntryFolder(tag: bench.tag, owner: bench.engine.owner)
        #expect(!FileManager.default.fileExists(atPath: entry.path(of: spec.name)))
      }
      var imageless = bench.spec("two", Command("true"))
      imageless.image = "run_exp-test:no-such"
      let host = "localhost"
      await #expect(throws: ContainerError.image("run_exp-test:no-such", .missing, host: host)) {
        try await bench.engine.deploy([imageless])
      }
      imageless.image = nil
      await #expect(throws: ContainerError.self) { try await bench.engine.deploy([imageless]) }
      var pathless = bench.spec("three", Command("true"))
      pathless.mounts = [Mount("/no/such/folder")]
      let error = await #expect(throws: ContainerError.self) { try await bench.engine.deploy([pathless]) }
      #expect(error?.description.contains("/no/such/folder") == true)
    }
  }

  @Test("A published port answers on the loopback; one that is taken is an error which says so")
  func ports() async throws {
    try await DockerBench.use { bench in
      let port = try LoopbackPort.free()
      var spec = bench.spec("one", bench.script("(while :; do echo hello | nc -l -p 80; done) & echo ready; wait"))
      spec.network = .bridge(published: [PublishedPort(host: port, container: 80)])
      try await bench.engine.deploy([spec])
      try await bench.ready("one")
      let ask = Command("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); cat <&3"])
      try await eventually("it answers") { try await bench.shell.run(ask, deadline: .soon).stdout == "hello\n" }
      var second = bench.spec("two", Command("true"))
      second.network = spec.network
      let error = await #expect(throws: ContainerError.self) { try await bench.engine.deploy([second]) }
      guard case .portTaken(bench.name("two"), _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("Whether programs may run before every ordinary one is found out by doing it, and then holds")
  func realtime() async throws {
    try await DockerBench.use { bench in
      var spec = bench.spec("one", bench.script("sleep 100 & echo ready; sleep 100"))
      spec.isRealtime = true
      guard try await bench.engine.mayRunRealtime(image: DockerDaemon.image) else {
        await #expect(throws: ContainerError.self) { try await bench.engine.deploy([spec]) }
        return
      }
      try await bench.engine.deploy([spec])
      try await bench.ready("one")
      let pids = try await bench.docker("top", spec.name, "-o", "pid").split(separator: "\n").compactMap {
        Int32($0.trimmingCharacters(in: .whitespaces))
      }
      // The first may be what waits for the others.
      #expect(pids.count >= 3)
      for pid in pids.dropFirst() {
        let policy = Command("chrt", ["-p", String(pid)])
        #expect(try await bench.shell.require(policy, deadline: .soon).stdout.contains("SCHED_FIFO"))
      }
      #expect(try await bench.engine.stats(spec.name).resident_bytes > 0)
    }
  }

  @Test("An image is current if it holds what is there now; a missing and a stale one are told")
  func availability() async throws {
    try await DockerBench.use { bench in
      let program = bench.folder.appendingPathComponent("program")
      try Data("x".utf8).write(to: program)
      let engine = bench.engine
      guard case .ready(_, let images) = try await engine.availability(of: [ImageRequirement(DockerDaemon.image)])
      else {
        Issue.record("not ready")
        return
      }
      #expect(images[DockerDaemon.image]?.hasPrefix("sha256:") == true)
      #expect(
        try await engine.availability(of: [ImageRequirement(DockerDaemon.image, files: [program.path])])
          == .unavailable(.image(DockerDaemon.image, .stale(file: program.path), host: "localhost")))
      #expect(
        try await engine.availability(of: [ImageRequirement("no-such")])
          == .unavailable(.image("no-such", .missing, host: "localhost")))
    }
  }
}
