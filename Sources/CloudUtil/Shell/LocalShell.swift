import Subprocess
import Synchronization

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Runs commands on this machine, each in a process group of its own.
public struct LocalShell: RemoteShell {
  public let host = "localhost"
  /// Bytes of each output stream that are kept; a command that prints more is killed.
  private let outputLimit: Int

  public init(outputLimit: Int = 16 << 20) { self.outputLimit = outputLimit }

  public func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    try await finish(command, by: deadline) {
      let result = try await Subprocess.run(
        configuration(command), input: .string(command.stdin?.value ?? ""), output: .bytes(limit: outputLimit),
        error: .bytes(limit: outputLimit))
      return Output(
        termination: Termination(result.terminationStatus),
        stdout: String(decoding: result.standardOutput, as: UTF8.self),
        stderr: String(decoding: result.standardError, as: UTF8.self))
    }
  }

  public func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output {
    try await finish(command, by: deadline) {
      let result = try await Subprocess.run(
        configuration(command), input: .string(command.stdin?.value ?? ""), output: .sequence,
        error: .bytes(limit: outputLimit)
      ) { execution in
        for try await buffer in execution.standardOutput {
          guard case .enough = try await take(buffer.withUnsafeBytes { Array($0) }) else { continue }
          await execution.teardown(using: LocalShell.teardown)
          break
        }
      }
      return Output(
        termination: Termination(result.terminationStatus), stdout: "",
        stderr: String(decoding: result.standardError, as: UTF8.self))
    }
  }

  /// Runs `command`, whose standard input `feed` writes.
  /// - Throws: as `run`, and what `feed` throws.
  func run(
    _ command: Command, deadline: ContinuousClock.Instant,
    feed: @escaping InputFeed
  ) async throws -> Output {
    try await finish(command, by: deadline) {
      let input = WrittenInput(feed: feed)
      let result = try await Subprocess.run(
        configuration(command), input: input, output: .bytes(limit: outputLimit), error: .bytes(limit: outputLimit))
      try input.check()
      return Output(
        termination: Termination(result.terminationStatus),
        stdout: String(decoding: result.standardOutput, as: UTF8.self),
        stderr: String(decoding: result.standardError, as: UTF8.self))
    }
  }

  public func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws {
    try await copy(local, to: remote, deadline: deadline)
  }

  public func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {
    try await copy(remote, to: local, deadline: deadline)
  }

  public func text(of files: [String], deadline: ContinuousClock.Instant) async throws -> String {
    String(decoding: try files.flatMap { try readWhole($0) }, as: UTF8.self)
  }

  private func copy(_ source: String, to target: String, deadline: ContinuousClock.Instant) async throws {
    let folder = FilePath(target).removingLastComponent().string
    if !folder.isEmpty { try await require(Command("mkdir", ["-p", "--", folder]), deadline: deadline) }
    try await require(Command("cp", ["-aT", "--", source, target]), deadline: deadline)
  }

  private static let teardown = [
    TeardownStep.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .milliseconds(500))
  ]

  private func configuration(_ command: Command) -> Configuration {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = LocalShell.teardown
    let environment = command.additions.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
    return Configuration(
      executable: command.executable.contains("/") ? .path(FilePath(command.executable)) : .name(command.executable),
      arguments: Arguments(command.arguments),
      environment: .inherit.updating(Dictionary(uniqueKeysWithValues: environment)),
      platformOptions: options)
  }

  /// Runs `execute`, which runs `command`, at most until `deadline`.
  private func finish(
    _ command: Command, by deadline: ContinuousClock.Instant, _ execute: @escaping @Sendable () async throws -> Output
  ) async throws -> Output {
    try await withThrowingTaskGroup(of: Output.self) { group in
      group.addTask {
        do {
          let output = try await execute()
          try Task.checkCancellation()
          return output
        } catch let error as SubprocessError {
          try Task.checkCancellation()
          throw switch error.code {
          case .spawnFailed, .executableNotFound, .failedToChangeWorkingDirectory:
            ShellError.notStarted(command, host: host, reason: error.description)
          default: ShellError.lost(command, host: host, reason: error.description)
          }
        }
      }
      group.addTask {
        try await Task.sleep(until: deadline, clock: .continuous)
        throw ShellError.timedOut(command, host: host)
      }
      defer { group.cancelAll() }
      guard let output = try await group.next() else { throw CancellationError() }
      return output
    }
  }
}

/// Standard input that is written while the command runs.
private final class WrittenInput: InputProtocol {
  private let feed: InputFeed
  private let failure = Mutex<(any Error)?>(nil)

  init(feed: @escaping InputFeed) { self.feed = feed }

  /// Never throws: Subprocess aborts when input does. The command sees the end of its input instead.
  func write(with writer: StandardInputWriter) async {
    do {
      try await feed { bytes in
        do {
          _ = try await writer.write(bytes)
          return true
        } catch is SubprocessError {
          // The command has closed its input; how it ended says why.
          try Task.checkCancellation()
          return false
        }
      }
    } catch {
      failure.withLock { $0 = error }
    }
  }

  /// - Throws: what stopped the feed, if anything did but the end of the command, at which Subprocess cancels it.
  func check() throws {
    guard let error = failure.withLock({ $0 }) else { return }
    if error is CancellationError { return try Task.checkCancellation() }
    throw error
  }
}

extension Termination {
  fileprivate init(_ status: TerminationStatus) {
    self =
      switch status {
      case .exited(let code): .exited(code)
      case .signaled(let number): .signalled(number)
      }
  }
}
