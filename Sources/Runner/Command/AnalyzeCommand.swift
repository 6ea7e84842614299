import ArgumentParser

struct AnalyzeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Print the tables of finished trials again, from their records alone.",
    usage: "run_exp <config> analyze [options]",
    discussion: """
      Give the same --set and --final_dir as to launch: they say which trials there are and where.

      EXAMPLE:
        run_exp run/config/simple.json analyze --set send_rates='[20]'
      """)

  @ParentCommand var root: RunExp
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @Option(help: ArgumentHelp("The folder of all results.", valueName: "folder"), completion: .directory)
  var results = "results"
  @Flag(help: "What was simulated, in place of what was run on this machine.") var simulated = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: finalDir.name, results: results,
      environment: simulated ? .simulated : .local)
    try Lifecycle.analyze(invocation, as: format.results)
  }
}
