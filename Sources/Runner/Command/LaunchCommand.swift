import ArgumentParser

struct LaunchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Run every trial of the experiment and print its latency tables.",
    usage: "run_exp <config> launch [--local] [options]",
    discussion: """
      Without --local the experiment's machines are got from AWS EC2, as run/cluster.yml says; this version stops when \
      they run. They cost until terminate, or until their lifetime is over.

      A finished trial with the same settings is skipped; one with other settings at the same path is refused: give \
      --final_dir or --overwrite. Ctrl-C stops everything that was started.

      EXAMPLES:
        run_exp run/config/simple.json launch --local
        run_exp run/config/simple.json launch --local --set send_rates='[20]'
        run_exp run/config/simple.json launch --local --set model=synthetic
        run_exp run/config/fig9a.json launch --local --set background_traffic='[0]'
        run_exp run/config/fig9a.json launch --cluster mine
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var place: PlaceOptions
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var trials: TrialOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: place.local ? .local : .anywhere,
      finalDir: finalDir.name, environment: place.local ? .local : .cluster)
    invocation.tellRemarks()
    guard place.local else {
      let cloud = try Cloud(place.cluster, installation: invocation.installation)
      let commands = ClusterCommands(["launch"], config: root.config, cluster: place.cluster, overrides: overrides)
      return try await Lifecycle.provision(invocation, on: cloud, cluster: place.cluster.name, commands)
    }
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
