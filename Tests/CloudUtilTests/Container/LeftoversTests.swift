import Foundation
import Testing

@testable import CloudUtil

@Suite struct LeftoversTests {
  @Test("What a living owner keeps is left; once the owner is killed it is removed, with its group; twice is fine")
  func ownerDies() async throws {
    try await Workbench.use { owners in
      let pid = try await owners.start("owner", script: "echo ready; sleep 100")
      let owner = try owners.engine.service("owner").identity
      try await Workbench.use(owner: owner) { bench in
        let experiment = bench.tag.experiment
        let service = try await bench.start(
          "service", script: "trap '' TERM; env -i sleep 100 & echo $!; echo ready; wait; sleep 100")
        let nameless = try #require(Int32(try await bench.engine.logs("service", lines: 2).prefix { $0 != "\n" }))

        var leftovers = try await Leftovers.remove(experiment: experiment, grace: .milliseconds(100))
        #expect(leftovers.removed.isEmpty)
        #expect(leftovers.owned.map(\.identity.pid).contains(service))
        #expect(isRunning(service) && isRunning(nameless))

        try await owners.engine.signal("owner", SIGKILL)
        _ = try await owners.end(of: "owner")
        #expect(!isRunning(pid))
        leftovers = try await Leftovers.remove(experiment: experiment, grace: .milliseconds(100))
        #expect(leftovers.removed.map(\.identity.pid).contains(service))
        #expect(leftovers.owned.isEmpty && leftovers.surviving.isEmpty)
        #expect(!isRunning(service) && !isRunning(nameless))
        #expect(
          try await Leftovers.remove(experiment: experiment) == Leftovers(removed: [], owned: [], surviving: []))
      }
    }
  }

  @Test("Processes that only look alike are never touched: by name, by arguments, by a longer name of an experiment")
  func strangers() async throws {
    let dead = ProcessIdentity(pid: try #require(ProcessIdentity.current).pid, startTicks: 1)
    try await Workbench.use { strangers in
      let text = "RUN_EXP_TAG=parm-test/1"
      let arguments = try await strangers.start(
        "worker-0", script: "echo ready; sleep 100", [text, "RUN_EXP_OWNER=1.1"])
      try await Workbench.use(owner: dead, experiment: "parm-test-2") { longer in
        let other = try await longer.start("worker-1", script: "echo ready; sleep 100")
        try await Workbench.use(owner: dead, experiment: "parm-test/inner") { deeper in
          let inner = try await deeper.start("worker-2", script: "echo ready; sleep 100")
          try await Workbench.use(owner: dead, experiment: "parm-test") { bench in
            let mine = try await bench.start("worker-3", script: "echo ready; sleep 100")
            let leftovers = try await Leftovers.remove(experiment: "parm-test")
            #expect(leftovers.removed.map(\.identity.pid).contains(mine))
            #expect(!isRunning(mine))
            for pid in [arguments, other, inner] { #expect(isRunning(pid)) }
          }
        }
      }
    }
  }

  @Test("A process of the same id that started at another time is not the one meant: it is neither alive nor signalled")
  func reuse() async throws {
    try await Workbench.use { bench in
      let pid = try await bench.start("one", script: "echo ready; sleep 100")
      var identity = try bench.engine.service("one").identity
      #expect(identity.isAlive)
      identity.startTicks -= 1
      #expect(!identity.isAlive)
      #expect(!identity.signal(SIGKILL))
      #expect(isRunning(pid))
    }
  }

  @Test("A process that has ended but was not reaped counts as gone")
  func zombie() async throws {
    try await Workbench.use { bench in
      try await bench.engine.deploy([bench.spec("one", Command("true"))])
      _ = try await bench.end(of: "one")
      let identity = try bench.engine.service("one").identity
      #expect(ProcessStatus(of: identity.pid)?.state == "Z")
      #expect(!identity.isAlive)
      #expect(TaggedProcess.find(experiment: bench.tag.experiment).isEmpty)
    }
  }
}
