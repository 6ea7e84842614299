import ArgumentParser

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show the clusters there are in the region: machines, zones, age, end, and what they have cost.",
    usage: """
      run_exp list [options]
      run_exp <config> list [options]
      """,
    discussion: """
      Found by their tags, whoever launched them. With an experiment, only its clusters.

      EXAMPLE:
        run_exp list
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    var experiment: String?
    if root.config != Verb.noExperiment {
      experiment =
        try Invocation(
          config: root.config, overrides: overrides.overrides, place: .past, finalDir: FinalDir(0).name
        ).experiment.experimentID
    }
    let cloud = try Cloud(cluster, installation: try .current(mayBeAlone: true))
    let given = (cluster.cluster.map { ["--cluster", $0.name] } ?? []) + format.arguments
    let commands = ClusterCommands(["list"] + given, config: root.config, cluster: cluster, overrides: overrides)
    try await Lifecycle.list(
      experiment: experiment, cluster: cluster.cluster?.name, on: cloud, json: format.json, commands)
  }
}
