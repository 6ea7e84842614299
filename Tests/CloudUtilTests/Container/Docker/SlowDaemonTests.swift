import Foundation
import Synchronization
import Testing

@testable import CloudUtil

/// What a Docker Engine does that answers late or not at all; played, without one.
@Suite struct SlowDaemonTests {
  /// A daemon with one container that runs until it is removed.
  private final class Daemon: Sendable {
    let isThere = Mutex(true)

    /// - Parameter verb: `stop`, `rm` ...
    func answer(_ command: Command, _ verb: String?) -> Output {
      switch verb {
      case "ps": return .ended(0, isThere.withLock { $0 } ? "3f\n" : "")
      case "container":
        guard isThere.withLock({ $0 }) else { return .ended(1, "[]", stderr: "Error: No such container: 3f") }
        return .ended(0, Daemon.inspected(isRunning: true))
      case "rm":
        isThere.withLock { $0 = false }
        return .ended()
      default: return .ended()
      }
    }

    static func inspected(isRunning: Bool) -> String {
      #"""
      [{"Id": "3f", "Name": "/one", "Config": {"Image": "i", "Labels": {}}, "HostConfig": {"Memory": 0},
        "State": {"Running": \#(isRunning), "Paused": false, "Pid": 1, "ExitCode": 3, "OOMKilled": false}}]
      """#
    }
  }

  private let tag = ProcessTag(experiment: "e", run: "1")
  private let owner = RunOwner(process: ProcessIdentity(pid: 17, startTicks: 99), machine: "1a2b-3")

  private func verb(_ command: Command) -> String? {
    command.executable == "docker" ? command.arguments.first : nil
  }

  private func spec(_ name: String) -> ServiceSpec {
    var spec = ServiceSpec(
      name: name, component: "\(name)/0", command: Command("true"), tag: tag,
      log: FileManager.default.temporaryDirectory.appending(path: "slow-daemon-\(UUID())").path)
    spec.image = "i"
    return spec
  }

  @Test("Containers that are not stopped in time are removed all the same")
  func slowStop() async throws {
    let daemon = Daemon()
    let shell = ScriptedShell { command in
      if self.verb(command) == "stop" { throw ShellError.timedOut(command, host: "scripted") }
      return daemon.answer(command, self.verb(command))
    }
    let engine = DockerEngine(shell: shell, owner: owner)
    try await engine.remove(tag)
    #expect(!daemon.isThere.withLock { $0 })
    daemon.isThere.withLock { $0 = true }
    let container = try await engine.docker.containers(["3f"])
    await engine.docker.stop(container)
    #expect(shell.asked.last == "docker stop -t 2 3f")
  }

  @Test("Secrets that cannot be removed are an error, and no reason to let containers go on")
  func secrets() async throws {
    let daemon = Daemon()
    let shell = ScriptedShell { command in
      if command.executable == "rm" { return .ended(1, stderr: "rm: cannot remove 'x': Permission denied") }
      return daemon.answer(command, self.verb(command))
    }
    let refused = ContainerError.engine(.refused("rm: cannot remove 'x': Permission denied"), host: "scripted")
    await #expect(throws: refused) { try await DockerEngine(shell: shell, owner: self.owner).remove(self.tag) }
    #expect(!daemon.isThere.withLock { $0 })
  }

  @Test("A removal that the daemon finishes late is none that failed")
  func slowRemoval() async throws {
    let daemon = Daemon()
    let shell = ScriptedShell { command in
      let output = daemon.answer(command, self.verb(command))
      if self.verb(command) == "rm" { throw ShellError.timedOut(command, host: "scripted") }
      return output
    }
    try await DockerEngine(shell: shell, owner: owner).remove(tag)
    #expect(!daemon.isThere.withLock { $0 })
  }

  @Test("A program whose container may go on after its time says both what happened and what is left")
  func runOnce() async throws {
    let shell = ScriptedShell { command in
      switch self.verb(command) {
      case "info": return .ended(0, #"{"ServerVersion":"20.10","NCPU":2,"MemTotal":1000000000}"#)
      case "run": throw ShellError.timedOut(command, host: "scripted")
      case "ps": return .ended(1, stderr: "Cannot connect to the Docker daemon at unix:///x. Is it running?")
      default: return .ended(0, "0\n0\n")
      }
    }
    let engine = DockerEngine(shell: shell, owner: owner)
    let error = await #expect(throws: ContainerError.self) {
      _ = try await engine.runOnce(self.spec("check"), deadline: .now + .seconds(5))
    }
    let text = "\(try #require(error))"
    for words in ["check", "not done in time", "may go on", "Cannot connect", "terminate"] {
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test("A watch for ends outlives whatever fails once, and tells the end that came meanwhile")
  func exits() async throws {
    struct Odd: Error {}
    let failures = Mutex(2)
    let shell = ScriptedShell { command in
      let fails = failures.withLock { left in
        left -= 1
        return left >= 0
      }
      if fails { throw Odd() }
      return self.verb(command) == "container" ? .ended(0, Daemon.inspected(isRunning: false)) : .ended(0, "1.5\n")
    }
    let engine = DockerEngine(shell: shell, owner: owner)
    engine.state.withLock { $0.services["one"] = DockerEngine.Service(spec: self.spec("one"), id: "3f") }
    var told: ServiceExit?
    for await exit in engine.exits() {
      told = exit
      break
    }
    #expect(told?.termination == .exited(3))
  }
}
