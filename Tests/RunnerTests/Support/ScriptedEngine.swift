import CloudUtil
import Foundation
import Synchronization

/// An engine and a shell that only answer programs which run to their end, and remember them.
final class ScriptedEngine: ContainerEngine, RemoteShell {
  struct Asked: Equatable {
    var command: String
    var image: String?
    var mounts: [String]
    var usesGPU: Bool
  }

  let host = "scripted"
  private let answer: @Sendable (ServiceSpec) -> Output
  private let hasGPU: Bool
  private let log = Mutex<[Asked]>([])

  init(hasGPU: Bool, answer: @escaping @Sendable (ServiceSpec) -> Output) {
    self.hasGPU = hasGPU
    self.answer = answer
  }

  var asked: [Asked] { log.withLock { $0 } }

  func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output {
    log.withLock {
      $0.append(
        Asked(
          command: spec.command.description, image: spec.image, mounts: spec.mounts.map(\.path), usesGPU: spec.usesGPU))
    }
    return answer(spec)
  }

  func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    command.description == "test -e /dev/nvidiactl -o -e /dev/dxg" ? .ended(hasGPU ? 0 : 1) : .ended(127)
  }

  // MARK: Not asked for

  private struct Unexpected: Error {}

  func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output { throw Unexpected() }
  func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws { throw Unexpected() }
  func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {
    throw Unexpected()
  }
  func deploy(_ specs: [ServiceSpec]) async throws { throw Unexpected() }
  func signal(_ name: String, _ signal: Int32) async throws { throw Unexpected() }
  func pause(_ name: String) async throws { throw Unexpected() }
  func resume(_ name: String) async throws { throw Unexpected() }
  func update(_ name: String, limits: Limits) async throws { throw Unexpected() }
  func check(_ limits: Limits, of name: String) async throws { throw Unexpected() }
  func linkGround() async throws -> LinkGround { throw Unexpected() }
  func shape(_ name: String, as condition: LinkCondition) async throws { throw Unexpected() }
  func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output {
    throw Unexpected()
  }
  func stats(_ name: String) async throws -> ServiceStats { throw Unexpected() }
  func logs(_ name: String, lines: Int) async throws -> String { throw Unexpected() }
  func exits() -> AsyncStream<ServiceExit> { AsyncStream { $0.finish() } }
  func remove(_ tag: ProcessTag) async throws { throw Unexpected() }
}

extension Output {
  static func ended(_ code: Int32, _ stdout: String = "", stderr: String = "") -> Output {
    Output(termination: .exited(code), stdout: stdout, stderr: stderr)
  }
}
