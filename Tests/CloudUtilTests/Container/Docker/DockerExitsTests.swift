import Foundation
import Testing

@testable import CloudUtil

@Suite(.docker) struct DockerExitsTests {
  @Test("Exits are told with their status or signal, also those before anyone listened, to every listener")
  func exits() async throws {
    try await DockerBench.use { bench in
      try await bench.engine.deploy([
        bench.spec("status", Command("sh", ["-c", "exit 65"])), bench.spec("killed", Command("sleep", ["100"])),
      ])
      #expect(try await bench.end(of: "status").termination == .exited(65))
      try await withThrowingTaskGroup(of: ServiceExit.self) { group in
        for _ in 0..<2 { group.addTask { try await bench.end(of: "killed") } }
        try await bench.engine.signal(bench.name("killed"), SIGKILL)
        for try await exit in group { #expect(exit.termination == .signalled(SIGKILL)) }
      }
      #expect(try await bench.end(of: "status").termination == .exited(65))
    }
  }

  @Test("A service that reaches its limit of memory is told as such, also if it survives the process that was killed")
  func memory() async throws {
    try await DockerBench.use { bench in
      let limits = Limits(memory_bytes: 16 << 20)
      try await bench.engine.deploy([
        bench.spec("whole", Command("tail", ["-c", "100000000", "/dev/zero"]), limits: limits),
        bench.spec("part", bench.script("tail -c 100000000 /dev/zero; exit 9"), limits: limits),
      ])
      let whole = try await bench.end(of: "whole")
      #expect(whole.cause == .outOfMemory(limit_bytes: 16 << 20))
      #expect(whole.termination == .signalled(SIGKILL))
      #expect("\(whole)" == "\(bench.name("whole")) ran out of memory (its limit is 16 MiB)")
      let part = try await bench.end(of: "part")
      #expect(part.cause == .outOfMemory(limit_bytes: 16 << 20))
      #expect(part.termination == .exited(9))
    }
  }

  @Test("A service that somebody else removed is told as such")
  func removed() async throws {
    try await DockerBench.use { bench in
      try await bench.start("one")
      try await withThrowingTaskGroup(of: ServiceExit.self) { group in
        group.addTask { try await bench.end(of: "one") }
        try await bench.docker("rm", "--force", bench.name("one"))
        for try await exit in group { #expect(exit.termination == .signalled(SIGKILL)) }
      }
      await #expect(throws: ContainerError.unknown(service: bench.name("one"))) {
        try await bench.engine.pause(bench.name("one"))
      }
    }
  }

  @Test("Whoever stops listening is let go")
  func cancelled() async throws {
    try await DockerBench.use { bench in
      try await bench.start("one")
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in bench.engine.exits() {} }
        group.cancelAll()
        try await group.waitForAll()
      }
    }
  }
}
