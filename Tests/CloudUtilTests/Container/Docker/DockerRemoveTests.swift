import Foundation
import Testing

@testable import CloudUtil

@Suite(.docker) struct DockerRemoveTests {
  @Test("Removing a tag removes every kind of container that carries it, with volumes and logs; a second time is fine")
  func all() async throws {
    try await DockerBench.use { bench in
      let exits = bench.engine.exits()
      try await bench.start(
        "obedient", "trap 'echo files written; exit 3' TERM; echo ready; while :; do sleep 0.01; done")
      try await bench.start("stubborn", "trap '' TERM; echo ready; while :; do sleep 1; done")
      try await bench.start("paused")
      try await bench.engine.pause(bench.name("paused"))
      try await bench.engine.deploy([bench.spec("ended", Command("sh", ["-c", "echo ended; exit 1"]))])
      try await bench.docker(
        "create", "--volume", "/data", "--name", bench.name("created"), "--label",
        "run_exp.experiment=\(bench.tag.experiment)",
        "--label", "run_exp.run=\(bench.tag.run)", DockerDaemon.image, "true")
      let volume = try await bench.docker(
        "inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", bench.name("created"))
      #expect(volume.count > 10)

      try await bench.engine.remove(bench.tag)
      for service in ["obedient", "stubborn", "paused", "ended", "created"] {
        #expect(try await !bench.exists(bench.name(service)))
      }
      #expect(try await !bench.docker("volume", "ls", "--quiet").contains(volume))
      #expect(try bench.logText("obedient").contains("files written\n"))
      #expect(try bench.logText("stubborn") == "ready\n")
      #expect(try bench.logText("ended") == "ended\n")
      await #expect(throws: ContainerError.unknown(service: bench.name("stubborn"))) {
        _ = try await bench.engine.stats(bench.name("stubborn"))
      }
      var told: [String: Termination] = [:]
      for await exit in exits {
        told[exit.name] = exit.termination
        if told.count == 4 { break }
      }
      #expect(told[bench.name("obedient")] == .exited(3))
      #expect(told[bench.name("stubborn")] == .signalled(SIGKILL))
      try await bench.engine.remove(bench.tag)
    }
  }

  @Test("Removing works from a cancelled task, and so does deploying in one: nothing is left of it")
  func cancelled() async throws {
    try await DockerBench.use { bench in
      let specs = (0..<8).map { bench.spec("service-\($0)", Command("sleep", ["100"])) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) { try await bench.engine.deploy(specs) }
          try await bench.engine.remove(bench.tag)
        }
        try await eventually("one is there") { try await bench.exists(specs[0].name) }
        group.cancelAll()
        try await group.waitForAll()
      }
      for spec in specs { #expect(try await !bench.exists(spec.name)) }
    }
  }

  @Test("Removing a tag leaves other tags and strangers alone")
  func others() async throws {
    try await DockerBench.use { bench in
      let other = ProcessTag(experiment: bench.tag.experiment, run: bench.tag.run + "2")
      try await bench.start("mine")
      try await bench.start("theirs", tag: other)
      try await bench.docker("run", "--detach", "--name", bench.name("stranger"), DockerDaemon.image, "sleep", "100")
      try await bench.engine.remove(bench.tag)
      #expect(try await !bench.exists(bench.name("mine")))
      #expect(try await bench.exists(bench.name("theirs")))
      #expect(try await bench.exists(bench.name("stranger")))
      try await bench.engine.remove(other)
      #expect(try await !bench.exists(bench.name("theirs")))
      try await bench.docker("rm", "--force", bench.name("stranger"))
    }
  }

  @Test("One that cannot be started is an error; what was started besides is removed by the tag")
  func partly() async throws {
    try await DockerBench.use { bench in
      var specs = (0..<4).map { bench.spec("service-\($0)", Command("sleep", ["100"])) }
      specs[2].command.executable = "no-such-program"
      await #expect(throws: ContainerError.executableMissing("no-such-program", service: specs[2].name)) {
        try await bench.engine.deploy(specs)
      }
      try await bench.engine.remove(bench.tag)
      for spec in specs { #expect(try await !bench.exists(spec.name)) }
      #expect(try bench.logText("service-2").contains("no-such-program: no such executable in this image"))
    }
  }

  @Test("A log that cannot be written is an error, and its container is removed all the same")
  func logs() async throws {
    try await DockerBench.use { bench in
      var spec = bench.spec("one", Command("true"))
      spec.log = "/proc/nowhere/one.log"
      try await bench.engine.deploy([spec])
      let error = await #expect(throws: ContainerError.self) { try await bench.engine.remove(bench.tag) }
      guard case .logLost(spec.name, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try await !bench.exists(spec.name))
    }
  }

  @Test("Eighteen containers come and go")
  func many() async throws {
    try await DockerBench.use { bench in
      let specs = (0..<18).map {
        bench.spec("service-\($0)", bench.script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done"))
      }
      let clock = ContinuousClock()
      let deployed = try await clock.measure { try await bench.engine.deploy(specs) }
      let removed = try await clock.measure { try await bench.engine.remove(bench.tag) }
      print("18 containers: deployed in \(deployed), removed in \(removed)")
      for index in 0..<18 { #expect(FileManager.default.fileExists(atPath: bench.log("service-\(index)"))) }
    }
  }
}
