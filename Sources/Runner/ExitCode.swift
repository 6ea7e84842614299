/// What the exit status of `run_exp` says.
enum ExitCode: Int32, Sendable, CaseIterable {
  case ok = 0
  /// The command line cannot be understood.
  case usage = 64
  /// The experiment, or a file that it names, is not right.
  case config = 65
  /// A program, port, file or machine that a run needs is not there.
  case infrastructure = 69
  /// The run began and could not be finished.
  case experiment = 70
  /// No quota or capacity for the machines asked for.
  case capacity = 71
  /// A machine cannot be reached by ssh.
  case ssh = 72
  /// Results do not verify, or a measurement is INVALID under `--strict`.
  case results = 73
  case interrupted = 130
}

/// Why a command could not do its work: what failed, where, why and what to do next, and the exit status that says so.
struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
  var exitCode: ExitCode
  var description: String

  init(exitCode: ExitCode, _ description: String) {
    self.exitCode = exitCode
    self.description = description
  }
}
