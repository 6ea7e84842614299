import ArgumentParser
import CloudUtil
import Foundation

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show the trials in order, what each needs and where its results go. Changes nothing.",
    usage: "run_exp <config> plan [--local] [options]",
    discussion: """
      Cores and duration come from the rate and the service time of the models. With --local, warns where the load cannot \
      fit this machine. Without, adds the machines of the cloud, their quotas and prices; nobody is asked for that, unless \
      --check asks AWS whether it would launch them.

      EXAMPLES:
        run_exp run/config/fig9a.json plan
        run_exp run/config/simple.json plan --local --set send_rates='[10, 20, 30]'
        run_exp run/config/fig9a.json plan --check
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var place: PlaceOptions
  @Flag(help: "Ask AWS, for each role, whether it would launch its machines (DryRun); none is launched.")
  var check = false
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard !check || !place.local else { throw ValidationError("--check asks AWS; --local has no use for it") }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .anywhere, finalDir: finalDir.name,
      environment: place.local ? .local : .cluster)
    invocation.tellRemarks()
    var plan = PlanText(sweep: invocation.sweep, results: invocation.results, locator: invocation.file.locator)
    if place.local {
      plan.cores = ProcessInfo.processInfo.activeProcessorCount
    } else {
      let path = ClusterFile.path(option: place.cluster.clusterFile, installation: invocation.installation)
      switch try ClusterFile.load(path: path, environment: ProcessInfo.processInfo.environment) {
      case .ec2: plan.cloud = try CloudPlan(invocation, at: path)
      case .static:
        Console.tell("machines are those of \(path), which are there already\n")
      }
    }
    if format.json { try Results.show(plan.record) } else { try Console.show(plan.text) }
    guard check else { return }
    let cloud = try Cloud(place.cluster, installation: invocation.installation)
    let commands = ClusterCommands(
      ["plan", "--check"] + format.arguments, config: root.config, cluster: place.cluster, finalDir: finalDir,
      overrides: overrides)
    try await Lifecycle.check(invocation, on: cloud, cluster: place.cluster.name, json: format.json, commands)
  }
}
