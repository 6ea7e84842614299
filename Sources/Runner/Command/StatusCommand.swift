import ArgumentParser
import CloudUtil

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say how far the run on the experiment's cluster is: trial n of m, time left.",
    usage: "run_exp <config> status [--cluster <name>] [options]",
    discussion: """
      EXAMPLE:
        run_exp run/config/simple.json status
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: FinalDir(0).name)
    let commands = ClusterCommands(
      ["status"] + format.arguments, config: root.config, cluster: cluster, overrides: overrides)
    try await Lifecycle.status(
      at: try ClusterPlace(cluster, installation: invocation.installation),
      cluster: ClusterID(experiment: invocation.experiment.experimentID, name: cluster.name), json: format.json,
      commands)
  }
}
