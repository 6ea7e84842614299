import Synchronization

/// What a command has printed so far.
final class GatheredOutput: Sendable {
  private let limit: Int
  private let streams = Mutex<(stdout: [UInt8], stderr: [UInt8])>(([], []))

  init(limit: Int) { self.limit = limit }

  /// - Throws: `ShellError.lost` if it is too much.
  func add(_ piece: SSHProcess.Piece, of command: Command, host: String) throws -> Following {
    let isTooMuch = streams.withLock { streams in
      switch piece.stream {
      case .stdout: streams.stdout += piece.bytes
      case .stderr: streams.stderr += piece.bytes
      }
      return max(streams.stdout.count, streams.stderr.count) > limit
    }
    if isTooMuch { throw ShellError.lost(command, host: host, reason: "it printed more than \(limit) bytes") }
    return .goOn
  }

  func output(_ termination: Termination) -> Output {
    streams.withLock { streams in
      Output(
        termination: termination, stdout: String(decoding: streams.stdout, as: UTF8.self),
        stderr: String(decoding: streams.stderr, as: UTF8.self))
    }
  }
}
