import ArgumentParser
import CloudUtil

struct TerminateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "terminate",
    abstract:
      "Give back everything of the experiment: machines in the cloud, or, with --local, processes and containers.",
    usage: """
      run_exp <config> terminate [--cluster <name>] [options]
      run_exp <config> terminate --local [options]
      run_exp terminate --expired [options]
      """,
    discussion: """
      Machines, security groups and key pairs are found by their tags, from whatever machine and folder they were \
      launched. Prints what AWS says of the machines that it ends, however it goes on, and succeeds when a question by tag finds \
      nothing any more. Ctrl-C and again is fine. The program alone will do, without cluster file. Finished trials that were not collected go with the machines: a line says how many, if the \
      frontend's host answers.

      With --local: processes and containers of crashed runs. What belongs to a run that is alive is left alone.

      EXAMPLES:
        run_exp run/config/simple.json terminate
        run_exp run/config/simple.json terminate --local
        run_exp terminate --expired
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var place: PlaceOptions
  @Flag(help: "Every cluster in the region whose time is over, of whatever experiment; no experiment is given.")
  var expired = false
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard !expired || (!place.local && place.cluster.cluster == nil) else {
      throw ValidationError("--expired is about all clusters; --local and --cluster are not")
    }
  }

  func run() async throws {
    if expired {
      guard root.config == Verb.noExperiment else {
        throw ValidationError("--expired is about all clusters, and \(root.config) about one; leave one of them out")
      }
      let cloud = try Cloud(place.cluster, installation: try .current(mayBeAlone: true))
      let commands = ClusterCommands(
        ["terminate", "--expired"], config: nil, cluster: place.cluster, overrides: overrides)
      return try await Lifecycle.terminate(try await Lifecycle.expired(on: cloud, commands), on: cloud, commands)
    }
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: FinalDir(0).name)
    if place.local { return try await Lifecycle.terminate(invocation) }
    let cluster = ClusterID(experiment: invocation.experiment.experimentID, name: place.cluster.name)
    let commands = ClusterCommands(["terminate"], config: root.config, cluster: place.cluster, overrides: overrides)
    switch try ClusterPlace(place.cluster, installation: invocation.installation) {
    case .ec2(let cloud):
      try await Lifecycle.warnOfResults(invocation, of: cluster, on: cloud, commands)
      try await Lifecycle.terminate([cluster], on: cloud, commands)
    case .static(let place): try await Lifecycle.clear(invocation, of: cluster, at: place, commands)
    }
  }
}
