import ArgumentParser

struct AnalyzeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Print the tables of finished trials again, from their records alone.",
    usage: "run_exp <config> analyze [options]",
    discussion: """
      Give the same --set and --final_dir as to launch: they say which trials there are and where. What a cluster ran is \
      here once attach or collect has brought it, and stays when the cluster is gone.

      EXAMPLES:
        run_exp run/config/simple.json analyze --set send_rates='[20]'
        run_exp run/config/simple.json analyze --environment cluster
        run_exp run/config/stragglers.json analyze --table
      """)

  @ParentCommand var root: RunExp
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @Option(help: ArgumentHelp("The folder of all results.", valueName: "folder"), completion: .directory)
  var results = "results"
  @Option(
    help: ArgumentHelp(
      "Which results of the experiment (default: \(ResultPath.Environment.local)).", valueName: "where"))
  var environment: ResultPath.Environment?
  @Flag(help: "The same as --environment simulated.") var simulated = false
  @Flag(help: "One table with a row a trial, in place of each trial's tables.") var table = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard !simulated || environment == nil || environment == .simulated else {
      throw ValidationError("--simulated is --environment simulated; leave one of both out")
    }
    guard !table || !format.json else {
      throw ValidationError("--table is for people and --json for machines: give one")
    }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: finalDir.name, results: results,
      environment: simulated ? .simulated : environment ?? .local)
    if table { return try Lifecycle.tabulate(invocation) }
    try Lifecycle.analyze(invocation, as: format.results)
  }
}
