import ArgumentParser

struct LaunchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Run every trial of the experiment and print its latency tables.",
    usage: "run_exp <config> launch [--local] [options]",
    discussion: """
      Without --local the experiment's machines are those of run/cluster.yml: got from AWS EC2, where they cost until \
      terminate or until their lifetime is over, or a list of hosts. Source, programs and images are brought there, and the \
      run is started on the frontend's host. From then on this machine may leave: attach, status and collect find the run.

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
  @OptionGroup var there: ThereOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard place.local || trials.linkMbit == nil else {
      throw ValidationError("--link-mbit: the links of a cluster are its own; add --local")
    }
    guard place.local || trials.engine != .process else {
      throw ValidationError("--engine process: components of a cluster run in containers; leave it out, or add --local")
    }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides,
      place: place.local ? .local : there.machinesOnly ? .anywhere : .cluster,
      finalDir: finalDir.name, environment: place.local ? .local : .cluster)
    invocation.tellRemarks()
    guard place.local else {
      let options = Lifecycle.ClusterOptions(
        name: place.cluster.name, build: there.build, isMachinesOnly: there.machinesOnly,
        terminatesOnFailure: there.terminateOnFailure, overwrites: trials.overwrite,
        arguments: ["--final_dir", finalDir.name] + trials.runOptions.arguments)
      return try await Lifecycle.launch(
        invocation,
        at: try ClusterPlace(place.cluster, installation: invocation.installation, mayLackFile: false), options,
        results: format.results, commands)
    }
    try await Lifecycle.run(invocation, options: trials.runOptions, results: format.results)
  }

  /// With every option that was given.
  var commands: ClusterCommands {
    ClusterCommands(
      ["launch"] + there.arguments + trials.arguments + format.arguments, config: root.config, cluster: place.cluster,
      finalDir: finalDir, overrides: overrides)
  }
}

/// How a launch elsewhere goes.
struct ThereOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where programs come from that run on a cluster: local: this machine's; remote: built there; auto: local if they start there.",
      valueName: "where"))
  var build = BuildChoice.auto
  @Flag(name: .customLong("machines-only"), help: "Get the machines of the cluster, and stop when they run.")
  var machinesOnly = false
  @Flag(
    name: .customLong("terminate-on-failure"),
    help: "Give the machines back if not all can be had or the run cannot be started on them, and none ever was.")
  var terminateOnFailure = false

  /// Those that were given.
  var arguments: [String] {
    (machinesOnly ? ["--machines-only"] : []) + (terminateOnFailure ? ["--terminate-on-failure"] : [])
      + (build == .auto ? [] : ["--build", build.rawValue])
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
  /// Of each worker's link, in every trial on this machine; nil: in those with shuffles, the usual.
  var link_mbit: Double?

  /// As `run` takes them.
  var arguments: [String] {
    (overwrite ? ["--overwrite"] : []) + (strict ? ["--strict"] : [])
      + (port == 0 ? [] : ["--port", String(port)]) + limits.flatMap { ["--limits", $0.description] }
  }
}

extension TrialOptions {
  var runOptions: RunOptions {
    RunOptions(overwrite: overwrite, engine: engine, limits: limits, strict: strict, port: port, link_mbit: linkMbit)
  }

  /// Those that were given and can be on a cluster.
  fileprivate var arguments: [String] {
    (engine == .auto ? [] : ["--engine", engine.rawValue]) + runOptions.arguments
  }
}
