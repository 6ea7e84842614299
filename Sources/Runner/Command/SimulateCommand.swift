import ArgumentParser

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run every trial in virtual time: the frontend's own decisions, modelled workers and network.",
    usage: "run_exp <config> simulate [options]",
    discussion: """
      Results go to results/simulated, with the tables of a real run. The same seed gives the same bytes on every machine. \
      docs/simulation.md states every model. Nothing is started but this process.

      EXAMPLES:
        run_exp run/config/fig9a.json simulate
        run_exp run/config/fig9a.json simulate --set model=synthetic --set num_trials=1 --records
        run_exp run/config/fig9a.json simulate --set send_rates='[300]' --set num_trials=1 --hosts 100,1000,10000
      """)

  @ParentCommand var root: RunExp
  @Option(
    help: ArgumentHelp(
      "Trials simulated at a time, >= 1 (default: as many as there are cores, fewer if memory is short).",
      valueName: "n"))
  var trialsInParallel: Int?
  @Option(
    help: ArgumentHelp(
      "Simulate the experiment with these numbers of base instances (comma-separated), send_rates scaled along, and show how the tail moves.",
      valueName: "n,..."), transform: HostScales.init)
  var hosts: HostScales?
  @Option(
    help: ArgumentHelp(
      "Take service times from a trial's records.csv (dispatched_ns to own_ns): as they were measured, network included.",
      valueName: "file"), completion: .file(extensions: ["csv"]))
  var serviceTimes: String?
  @Option(help: ArgumentHelp("One-way delay of every message, in ms, 0 to 10000.", valueName: "ms"))
  var networkDelay = SimulationSettings.defaultDelay_ms
  @Option(
    help: ArgumentHelp(
      "Rate of each worker host's link in each direction, in Mbit/s, 0.001 to 10000000.", valueName: "mbit"))
  var linkRate = SimulationSettings.defaultLink_mbit_per_s
  @Flag(help: "Write records.csv and codes.csv of each trial: a row a query.") var records = false
  @Flag(help: "Simulate finished trials again, and replace results of other settings at the same path.")
  var overwrite = false
  @Flag(help: "Exit 73 if a trial's measurement is INVALID.") var strict = false
  @Option(name: .customLong("final_dir"), help: .finalDir) var finalDir = FinalDir(0)
  @OptionGroup var format: FormatOptions
  @OptionGroup var overrides: OverrideOptions

  func validate() throws {
    if let trialsInParallel, trialsInParallel < 1 {
      throw ValidationError("--trials-in-parallel \(trialsInParallel): at least 1")
    }
    guard (0...10_000).contains(networkDelay) else {
      throw ValidationError("--network-delay \(networkDelay): allowed are 0 to 10000 ms")
    }
    guard (0.001...10_000_000).contains(linkRate) else {
      throw ValidationError("--link-rate \(linkRate): allowed are 0.001 to 10000000 Mbit/s")
    }
  }

  func run() async throws {
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .anywhere, finalDir: finalDir.name,
      environment: .simulated)
    invocation.tellRemarks()
    let options = SimulationOptions(
      trialsInParallel: trialsInParallel, withRows: records, serviceTimes: serviceTimes, networkDelay_ms: networkDelay,
      link_mbit_per_s: linkRate, overwrite: overwrite, strict: strict)
    guard hosts == nil || invocation.experiment.faults.isEmpty else {
      throw Failure(
        exitCode: .config, "faults: --hosts changes which workers there are; leave them out with --set faults='[]'")
    }
    let invocations = try hosts?.scales.map { try invocation.scaled(by: $0) } ?? [invocation]
    try await Lifecycle.simulate(invocations, options: options, results: format.results, showsScales: hosts != nil)
  }
}

/// `100,1000,10000`.
struct HostScales: Equatable, Sendable {
  var scales: [HostScaling]

  /// - Throws: `ValidationError` with what is allowed.
  init(_ argument: String) throws {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let counts = words.compactMap { Int($0) }.filter(HostScaling.range.contains)
    guard counts.count == words.count, Set(counts).count == counts.count else {
      let (least, most) = (HostScaling.range.lowerBound, HostScaling.range.upperBound)
      throw ValidationError("allowed are whole numbers from \(least) to \(most), each once, with commas between")
    }
    scales = counts.map { HostScaling(hosts: $0) }
  }
}
