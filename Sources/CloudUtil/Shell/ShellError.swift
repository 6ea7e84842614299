/// Why a command did not do its work, and where. The text never holds a secret of the command, and only the beginning of a
/// long one.
public enum ShellError: Error, Equatable, CustomStringConvertible {
  /// It could not be started: no such program, not executable, no process left.
  case notStarted(Command, host: String, reason: String)
  /// It was not started, since there is no connection to its host.
  case unreached(Command, host: String, SSHError)
  /// It was still running at its deadline and was killed.
  case timedOut(Command, host: String)
  /// It ran and ended with something other than exit status 0.
  case failed(Command, host: String, Output)
  /// It could not be followed to its end, for instance because it printed more than is kept.
  case lost(Command, host: String, reason: String)

  public var description: String {
    switch self {
    case .notStarted(let command, let host, let reason): "\(host): cannot start `\(command.brief)`: \(reason)"
    case .unreached(let command, let host, let error): "\(host): cannot start `\(command.brief)`: \(error)"
    case .timedOut(let command, let host): "\(host): `\(command.brief)` was not done by its deadline and was killed"
    case .failed(let command, let host, let output):
      "\(host): `\(command.brief)` failed with \(output.termination)" + ShellError.lastLines(of: output.stderr)
    case .lost(let command, let host, let reason): "\(host): lost sight of `\(command.brief)`: \(reason)"
    }
  }

  /// Why, without the command, for who knows what was asked.
  public var reason: String {
    switch self {
    case .notStarted(_, _, let reason), .lost(_, _, let reason): reason
    case .unreached(_, _, let error): "\(error)"
    case .timedOut: "not done by its deadline"
    case .failed(_, _, let output): "\(output.termination)" + ShellError.lastLines(of: output.stderr)
    }
  }

  /// The last five lines that say something, each on a line of its own.
  private static func lastLines(of text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).suffix(5)
    return lines.isEmpty ? "" : ":" + lines.map { "\n  \($0)" }.joined()
  }
}
