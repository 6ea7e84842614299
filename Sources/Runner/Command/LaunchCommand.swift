import ArgumentParser

struct LaunchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Run every trial of the experiment and print its latency tables.",
    usage: "run_exp <config> launch --local [options]",
    discussion: """
      A finished trial with the same settings is skipped; one with other settings at the same path is refused: give \
      --final_dir or --overwrite. Ctrl-C stops everything that was started.

      EXAMPLES:
        run_exp run/config/simple.json launch --local
        run_exp run/config/simple.json launch --local --set send_rates='[20]'
        run_exp run/config/simple.json launch --local --set model=synthetic
        run_exp run/config/fig9a.json launch --local --set background_traffic='[0]'
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var place: PlaceOptions
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var trials: TrialOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    try place.requireLocal(verb: "launch", config: root.config)
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .local, finalDir: finalDir.name)
    invocation.tellRemarks()
    try await Lifecycle.run(invocation, options: trials.runOptions, results: format.results)
  }
}

/// How trials are run.
struct RunOptions: Equatable, Sendable {
  /// Finished trials run again, and other results at the same path are replaced.
  var overwrite: Bool
  var engine: EngineChoice
  /// Of containers.
  var limits: [RoleLimits] = []
  /// An INVALID measurement ends with exit status 73.
  var strict: Bool
  /// Of the frontend; 0: a free one.
  var port: Int
}

extension TrialOptions {
  var runOptions: RunOptions {
    RunOptions(overwrite: overwrite, engine: engine, limits: limits, strict: strict, port: port)
  }
}
