import Foundation
import Testing

@testable import CloudUtil

/// Whose containers are whose.
@Suite(.docker) struct DockerNamesTests {
  private var dead: ProcessIdentity {
    get throws { ProcessIdentity(pid: try #require(ProcessIdentity.current).pid, startTicks: 1) }
  }

  @Test("A container of somebody else with a name that is needed is left alone, and the error names it and its image")
  func strangers() async throws {
    try await DockerBench.use { bench in
      let name = bench.name("one")
      try await bench.docker("run", "--detach", "--name", name, DockerDaemon.image, "sleep", "100")
      let id = try await bench.docker("inspect", "--format", "{{.Id}} {{.State.Running}}", name)
      let error = ContainerError.nameTakenByStranger(service: name, image: DockerDaemon.image, host: LocalShell().host)
      await #expect(throws: error) { try await bench.engine.deploy([bench.spec("one", Command("true"))]) }
      #expect(error.description.contains(name) && error.description.contains(DockerDaemon.image))
      try await bench.engine.remove(bench.tag)
      _ = try await bench.engine.removeLeftovers(experiment: bench.tag.experiment)
      #expect(try await bench.docker("inspect", "--format", "{{.Id}} {{.State.Running}}", name) == id)
      try await bench.docker("rm", "--force", name)
    }
  }

  @Test("The name of a service that has ended can be used again, and its log goes on; that of a running one cannot")
  func again() async throws {
    try await DockerBench.use { bench in
      try await bench.engine.deploy([bench.spec("one", Command("echo", ["first"]))])
      _ = try await bench.end(of: "one")
      try await bench.start("one", "echo ready; exec sleep 100")
      await #expect(throws: ContainerError.nameTaken(service: bench.name("one"))) {
        try await bench.engine.deploy([bench.spec("one", Command("true"))])
      }
      try await bench.engine.remove(bench.tag)
      #expect(try bench.logText("one") == "first\nready\n")
    }
  }

  @Test("A run that is alive keeps its names; those of a crashed one are free")
  func runs() async throws {
    // A process that can be killed in the place of one that runs experiments.
    try await Workbench.use { processes in
      try await processes.start("owner", script: "echo ready; sleep 100")
      let owner = try processes.engine.service("owner").identity
      try await DockerBench.use(owner: owner) { first in
        try await first.start("one")
        try await DockerBench.use(suffix: first.suffix) { second in
          let error = await #expect(throws: ContainerError.self) { try await second.start("one") }
          guard case .nameTakenByRun(first.name("one"), first.tag, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
          }
          try await processes.engine.signal("owner", SIGKILL)
          _ = try await processes.end(of: "owner")
          try await second.start("one", "echo ready; echo second; sleep 100")
          #expect(try await second.engine.logs(second.name("one"), lines: 1) == "second")
        }
      }
    }
  }

  @Test("What a crashed run left is found by its labels and removed, with secrets that nobody read; what lives is left")
  func leftovers() async throws {
    let experiment = "test-\(UUID().uuidString)"
    try await DockerBench.use(experiment: experiment) { alive in
      try await alive.start("alive")
      try await DockerBench.use(owner: dead, experiment: experiment + "-longer") { longer in
        try await longer.start("longer")
        try await DockerBench.use(owner: dead, experiment: experiment) { crashed in
          try await crashed.start("one", "trap '' TERM; echo ready; while :; do sleep 1; done")
          try await crashed.start("two")
          try await crashed.engine.pause(crashed.name("two"))
          let entry = EntryFolder(tag: ProcessTag(experiment: experiment, run: "9"), owner: crashed.engine.owner)
          try await crashed.shell.require(entry.write([crashed.spec("three", Command("true"))]), deadline: .soon)

          let leftovers = try await alive.engine.removeLeftovers(experiment: experiment)
          #expect(Set(leftovers.removed.map(\.name)) == [crashed.name("one"), crashed.name("two")])
          #expect(leftovers.removed.map(\.tag) == [crashed.tag, crashed.tag])
          #expect(leftovers.owned.map(\.name) == [alive.name("alive")])
          #expect(leftovers.surviving.isEmpty)
          for service in ["one", "two"] { #expect(try await !alive.exists(crashed.name(service))) }
          #expect(!FileManager.default.fileExists(atPath: entry.path))
          #expect(try await alive.exists(alive.name("alive")))
          #expect(try await alive.exists(longer.name("longer")))
          let again = try await alive.engine.removeLeftovers(experiment: experiment)
          #expect(again.removed.isEmpty)
        }
      }
    }
  }

  @Test("Processes in containers are not taken for left-over processes")
  func processes() async throws {
    try await DockerBench.use(owner: dead) { bench in
      try await bench.start("one")
      #expect(TaggedProcess.find(experiment: bench.tag.experiment).isEmpty)
    }
  }

  @Test("An owner reads back from its text; of another machine nothing is known")
  func owners() throws {
    let current = try #require(RunOwner.current)
    #expect(RunOwner(current.description) == current)
    #expect(current.state == .running)
    #expect(RunOwner(process: try dead, machine: current.machine).state == .ended)
    #expect(RunOwner(process: current.process, machine: "00000000-1").state == .elsewhere)
    for text in ["", "1.2", "x@y", "1.2@"] { #expect(RunOwner(text) == nil) }
  }
}
