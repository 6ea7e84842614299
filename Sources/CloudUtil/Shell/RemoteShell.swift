/// Runs commands on one host and moves files to and from it.
public protocol RemoteShell: Sendable {
  /// The host's name, for errors and transcripts.
  var host: String { get }

  /// Runs `command` to its end.
  ///
  /// An exit status other than 0 is not an error here: `require` makes it one.
  /// - Throws: `ShellError` if it cannot be started, is not done by `deadline` (it is killed then) or prints too much;
  ///   `CancellationError` if the task is cancelled (it is killed then, too).
  func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output

  /// Runs `command` and hands `take` what it prints on stdout, piece by piece as it comes.
  ///
  /// - Parameter take: the command is ended once it says `.enough`, or throws.
  /// - Returns: how the command ended, and its stderr; stdout is empty.
  /// - Throws: as `run`, except that stdout may be of any length; and what `take` throws.
  func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output

  /// Copies the file or folder `local` of this machine to `remote` on the host, making the folders above it.
  func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws

  /// Copies the file or folder `remote` of the host to `local` on this machine, making the folders above it.
  func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws

  /// The text of small files of the host, one after the other.
  func text(of files: [String], deadline: ContinuousClock.Instant) async throws -> String
}

extension RemoteShell {
  public func text(of files: [String], deadline: ContinuousClock.Instant) async throws -> String {
    try await require(Command("cat", ["--"] + files), deadline: deadline).stdout
  }

  /// Runs `command` and takes anything but exit status 0 for an error.
  /// - Throws: as `run`, and `ShellError.failed`.
  @discardableResult
  public func require(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    let output = try await run(command, deadline: deadline)
    guard output.termination.isSuccess else { throw ShellError.failed(command, host: host, output) }
    return output
  }
}

/// Whether somebody who follows a stream wants more of it.
public enum Following: Sendable {
  case goOn
  case enough
}
