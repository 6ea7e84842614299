/// The order of an experiment.
enum Lifecycle {
  /// Runs every trial on this machine.
  static func launch(_ invocation: Invocation, options: RunOptions) async throws {
    try await run(invocation, options: options)
  }

  static func run(_ invocation: Invocation, options: RunOptions) async throws {
    throw Failure(exitCode: .infrastructure, "this build cannot run \(invocation.experiment.experimentID)")
  }

  static func analyze(_ invocation: Invocation) async throws {
    throw Failure(exitCode: .infrastructure, "this build cannot analyze \(invocation.experiment.experimentID)")
  }

  static func terminate(_ invocation: Invocation) async throws {
    throw Failure(exitCode: .infrastructure, "this build cannot terminate \(invocation.experiment.experimentID)")
  }
}
