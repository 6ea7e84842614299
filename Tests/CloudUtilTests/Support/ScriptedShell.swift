import Synchronization

@testable import CloudUtil

/// A shell that answers by a function, and remembers what it was asked.
final class ScriptedShell: RemoteShell {
  let host = "scripted"
  private let answer: @Sendable (Command) async throws -> Output
  private let log = Mutex<[String]>([])

  init(_ answer: @escaping @Sendable (Command) async throws -> Output) { self.answer = answer }

  /// In order, as transcripts have them.
  var asked: [String] { log.withLock { $0 } }

  func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    log.withLock { $0.append(command.description) }
    return try await answer(command)
  }

  func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output {
    var output = try await run(command, deadline: deadline)
    if !output.stdout.isEmpty { _ = try await take(Array(output.stdout.utf8)) }
    output.stdout = ""
    return output
  }

  func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws {}
  func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {}
}

extension Output {
  static func ended(_ status: Int32 = 0, _ stdout: String = "", stderr: String = "") -> Output {
    Output(termination: .exited(status), stdout: stdout, stderr: stderr)
  }
}
