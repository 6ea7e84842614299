import CloudUtil
import Synchronization

/// A shell that answers as it is told, and remembers what it was asked.
final class ScriptedShell: RemoteShell {
  let host = "scripted"
  private let answer: @Sendable (Command) throws -> Output
  private let log = Mutex<[String]>([])

  init(answer: @escaping @Sendable (Command) throws -> Output) { self.answer = answer }

  /// The host that nobody reaches.
  static var away: ScriptedShell {
    ScriptedShell { throw ShellError.unreached($0, host: "scripted", .refused(host: "scripted")) }
  }

  var asked: [String] { log.withLock { $0 } }

  func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    log.withLock { $0.append(command.description) }
    return try answer(command)
  }

  private struct Unexpected: Error {}

  func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output { throw Unexpected() }
  func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws { throw Unexpected() }
  func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {
    throw Unexpected()
  }
}
