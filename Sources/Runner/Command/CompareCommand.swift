import ArgumentParser
import Serving

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Say by how much two modes, or two folders of results, differ, and how sure that is.",
    usage: """
      run_exp <config> compare <mode> <mode> [options]
      run_exp <config> compare <final_dir> <final_dir> [options]
      run_exp compare <folder> <folder> [options]
      """,
    discussion: """
      Pairs each trial with the one of the same point, repetition and load, and prints the ratio and the difference of the \
      metric over these pairs with 95 % bootstrap intervals, from five pairs on. A claim is printed only where its interval \
      leaves 1 outside. INVALID trials are named and left out. What was measured under other settings is not compared \
      unless --across says so.

      With an experiment, give the same --set and --final_dir as to launch: they say which trials there are and where.

      EXAMPLES:
        run_exp run/config/stragglers.json compare equal coded
        run_exp compare results/local/a results/local/b --across experiment_id
      """)

  @ParentCommand var root: RunExp
  @Argument(help: "The one: a mode of the experiment, a final_dir, or a folder.", completion: .directory) var first:
    String
  @Argument(help: "The other.", completion: .directory) var second: String

  @Option(
    help: ArgumentHelp(
      "What is compared; gap is p99.9 - median.", valueName: "metric"))
  var metric = LatencyMetric.gap
  @Option(
    help: ArgumentHelp(
      "Whose: e2e, on the frontend's clock; client, from the scheduled instant to the reply.", valueName: "e2e|client"))
  var latency = LatencyKind.e2e
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A setting in which the two differ and which is what is compared; may be given several times.", valueName: "key"))
  var across: [String] = []
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @Option(help: ArgumentHelp("The folder of all results.", valueName: "folder"), completion: .directory)
  var results = "results"
  @Option(help: ArgumentHelp("Which results of the experiment.", valueName: "where"))
  var environment = ResultPath.Environment.local
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    let options = Lifecycle.ComparisonOptions(metric: metric, latency: latency, across: Set(across))
    if root.config == Verb.noExperiment {
      return try Lifecycle.compare([first, second], options, as: format.results)
    }
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: finalDir.name, results: results,
      environment: environment)
    try Lifecycle.compare([first, second], of: invocation, options, as: format.results)
  }
}

extension LatencyMetric: ExpressibleByArgument {}
extension LatencyKind: ExpressibleByArgument {}
extension ResultPath.Environment: ExpressibleByArgument {}
