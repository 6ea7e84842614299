import ArgumentParser
import CloudUtil

struct AttachCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Follow the run on the experiment's cluster, then bring its results home.",
    usage: "run_exp <config> attach [--cluster <name>] [options]",
    discussion: """
      Prints the log of the run, which goes on whether or not somebody follows. Ctrl-C ends the following alone.

      EXAMPLE:
        run_exp run/config/simple.json attach
      """)

  @ParentCommand var root: RunExp
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: finalDir.name, environment: .cluster)
    let commands = ClusterCommands(
      ["attach"] + format.arguments, config: root.config, cluster: cluster, finalDir: finalDir, overrides: overrides)
    try await Lifecycle.attach(
      invocation, at: try ClusterPlace(cluster, installation: invocation.installation),
      cluster: ClusterID(experiment: invocation.experiment.experimentID, name: cluster.name), results: format.results,
      commands)
  }
}
