import ArgumentParser

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run one copy of the whole sweep on this machine; launch does the same with copy 0.",
    usage: "run_exp <config> run --idx <n> [options]",
    discussion: """
      Copy n > 0 draws its arrivals and payloads from seed + n, so that copies are independent measurements.

      EXAMPLE:
        run_exp run/config/simple.json run --idx 1
      """)

  @ParentCommand var root: RunExp
  @Option(help: ArgumentHelp("Which copy of the sweep, from 0.", valueName: "n")) var idx: Int
  @Option(
    name: .customLong("final_dir"),
    help: ArgumentHelp(
      "Last folder of the result path (default: the number of --idx): \(FinalDir.rule).", valueName: "name"))
  var finalDir: FinalDir?
  @Flag(help: "Accepted for likeness with launch: run is always on this machine.") var local = false
  @Option(
    help: ArgumentHelp(
      "The folder of a cluster whose frontend's host this is, as launch makes it: trials run on all its hosts.",
      valueName: "folder"))
  var hosts: String?
  @Option(
    help: ArgumentHelp("With --hosts: what the status file calls this run.", valueName: "id", visibility: .hidden))
  var launch = ""
  @OptionGroup var trials: TrialOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    guard idx >= 0 else { throw ValidationError("--idx \(idx): copies are numbered from 0") }
    guard hosts == nil || trials.linkMbit == nil else {
      throw ValidationError("--link-mbit: the links of a cluster are its own; leave it out with --hosts")
    }
    guard hosts == nil || trials.engine != .process else {
      throw ValidationError("--engine process: components of a cluster run in containers; leave it out with --hosts")
    }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: hosts == nil ? .local : .cluster,
      finalDir: (finalDir ?? FinalDir(idx)).name, copy: idx, environment: hosts == nil ? .local : .cluster)
    invocation.tellRemarks()
    if let hosts {
      return try await Lifecycle.run(
        invocation, options: trials.runOptions, results: format.results, in: ClusterFolder(path: hosts), launch: launch)
    }
    try await Lifecycle.run(invocation, options: trials.runOptions, results: format.results)
  }
}
