import ArgumentParser
import CloudUtil

struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Bring finished results home from the experiment's cluster, and print their tables.",
    usage: "run_exp <config> collect [--path <path>] [--overwrite] [--cluster <name>] [options]",
    discussion: """
      Only what is not here yet is transferred, and compared by content afterwards. A run may be at work meanwhile: trials \
      that are not finished stay where they are.

      EXAMPLE:
        run_exp run/config/simple.json collect
      """)

  @ParentCommand var root: RunExp
  @Option(
    help: ArgumentHelp(
      "What lies at this path alone: a trial, as its path was printed, or a folder above trials.", valueName: "path"))
  var path: String?
  @Flag(help: "Replace trials that are finished here and were measured at another time.") var overwrite = false
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: finalDir.name, environment: .cluster)
    let given = (path.map { ["--path", $0] } ?? []) + (overwrite ? ["--overwrite"] : []) + format.arguments
    let commands = ClusterCommands(
      ["collect"] + given, config: root.config, cluster: cluster, finalDir: finalDir, overrides: overrides)
    try await Lifecycle.collect(
      invocation, at: try ClusterPlace(cluster, installation: invocation.installation),
      cluster: ClusterID(experiment: invocation.experiment.experimentID, name: cluster.name), path: path,
      overwrites: overwrite, results: format.results, commands)
  }
}
