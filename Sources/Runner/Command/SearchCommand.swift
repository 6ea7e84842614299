import ArgumentParser
import Serving

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find the highest rate at which a latency metric stays below a bound, for each mode.",
    usage: "run_exp <config> search [--local | --simulate] --below <time> [options]",
    discussion: """
      Measures on this machine unless told to simulate; on a cluster, launch with several send_rates and compare.

      Begins with the lowest and the highest of send_rates, doubles or halves until one rate meets the bound and a higher \
      one does not, then bisects. Each rate has num_trials trials, and most of them decide. An overloaded system does not \
      meet any bound. An INVALID trial is measured again, up to three times in all; a simulated one would come out the same.

      Trials lie where those of launch would; finished ones are not measured again, so that a search that was stopped goes \
      on with the same command.

      EXAMPLES:
        run_exp run/config/stragglers.json search --local --below 150ms
        run_exp run/config/hello.json search --local --metric median --below 20ms --mode coded
        run_exp run/config/stragglers.json search --simulate --below 150ms
      """)

  @ParentCommand var root: RunExp
  @Flag(help: "By trials that are measured on this machine, as without it.") var local = false
  @Flag(help: "By simulated trials.") var simulate = false
  @Option(
    help: ArgumentHelp(
      "What is to stay below; gap is p99.9 - median.", valueName: "metric"))
  var metric = LatencyMetric.p99
  @Option(
    help: ArgumentHelp(
      "Whose: e2e, on the frontend's clock; client, from the scheduled instant to the reply.", valueName: "e2e|client"))
  var latency = LatencyKind.e2e
  @Option(help: ArgumentHelp("The bound: \(LatencyBound.rule).", valueName: "time"))
  var below: LatencyBound
  @Option(help: ArgumentHelp("A mode of the experiment; may be given several times (default: all).", valueName: "mode"))
  var mode: [RedundancyMode] = []
  @Option(help: ArgumentHelp("When to stop: how far both ends may be apart, \(Resolution.rule).", valueName: "percent"))
  var resolution = Resolution.standard
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var trials: TrialOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard !local || !simulate else {
      throw ValidationError("--local measures trials and --simulate simulates them: give one of both")
    }
    guard
      !simulate
        || trials.engine == .auto && trials.limits.isEmpty && trials.port == 0 && trials.runOptions.link_mbit == nil
    else {
      throw ValidationError("--engine, --limits, --port and --link-mbit are of trials that run; --simulate has none")
    }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: simulate ? .anywhere : .local,
      finalDir: finalDir.name,
      environment: simulate ? .simulated : .local)
    invocation.tellRemarks()
    let known = invocation.experiment.redundancyModes
    if let stranger = mode.first(where: { !known.contains($0) }) {
      throw Failure(
        exitCode: .usage,
        "--mode \(stranger.rawValue): not of the experiment, which has \(known.map(\.rawValue).joined(separator: ", "))"
      )
    }
    if !local && !simulate {
      Console.tell("run_exp: searching on this machine; for a cluster, launch with several send_rates and compare\n")
    }
    let search = Lifecycle.SearchOptions(
      goal: LatencyGoal(metric: metric, latency: latency, below_ms: below.ms),
      modes: known.filter { mode.isEmpty || mode.contains($0) }, resolution: resolution.fraction)
    if simulate {
      return try await Lifecycle.search(
        invocation, for: search, simulating: SimulationOptions(overwrite: trials.overwrite, strict: trials.strict),
        results: format.results)
    }
    try await Lifecycle.search(invocation, for: search, options: trials.runOptions, results: format.results)
  }
}

extension LatencyBound: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

extension RedundancyMode: ExpressibleByArgument {}

/// How finely a search ends: `5%`.
struct Resolution: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
  static let rule = "0.1% to 100% of the lower"
  static let standard = Resolution(fraction: 0.05)

  var fraction: Double

  var description: String { "\(Number.text((fraction * 1e6).rounded() / 1e4))%" }
  var defaultValueDescription: String { description }

  init(fraction: Double) { self.fraction = fraction }

  init?(argument: String) {
    guard argument.hasSuffix("%"), let percent = Double(argument.dropLast()), (0.1...100).contains(percent) else {
      return nil
    }
    fraction = percent / 100
  }
}
