import ArgumentParser
import Foundation

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show the trials in order, what each needs and where its results go. Changes nothing.",
    usage: "run_exp <config> plan [options]",
    discussion: """
      Cores and duration come from the rate and the service time of the models. Warns where the load cannot fit.

      EXAMPLES:
        run_exp run/config/fig9a.json plan
        run_exp run/config/simple.json plan --set send_rates='[10, 20, 30]'
      """)

  @ParentCommand var root: RunExp
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func run() throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .anywhere, finalDir: finalDir.name)
    invocation.tellRemarks()
    let plan = PlanText(
      sweep: invocation.sweep, results: invocation.results, cores: ProcessInfo.processInfo.activeProcessorCount)
    if format.json { try Results.show(plan.record) } else { try Console.show(plan.text) }
  }
}
