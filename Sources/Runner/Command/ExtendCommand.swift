import ArgumentParser
import CloudUtil

struct ExtendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend",
    abstract: "Let the experiment's machines in the cloud run until some hours from now.",
    usage: "run_exp <config> extend --hours <n> [--cluster <name>] [options]",
    discussion: """
      Never shortens their time. The machines read it from their tags.

      EXAMPLE:
        run_exp run/config/fig9a.json extend --hours 6
      """)

  @ParentCommand var root: RunExp
  @Option(parsing: .unconditional, help: ArgumentHelp("From now, > 0 and <= 720.", valueName: "n")) var hours: Double
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard hours > 0, hours <= 720 else { throw ValidationError("--hours \(hours): a number > 0 and <= 720") }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: FinalDir(0).name)
    let cloud = try Cloud(cluster, installation: invocation.installation)
    let id = ClusterID(experiment: invocation.experiment.experimentID, name: cluster.name)
    let verb = ["extend", "--hours", "\(hours)"]
    try await Lifecycle.extend(
      id, hours: hours, on: cloud,
      ClusterCommands(verb, config: root.config, cluster: cluster, overrides: overrides))
  }
}
