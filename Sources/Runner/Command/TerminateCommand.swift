import ArgumentParser

struct TerminateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "terminate",
    abstract: "End what crashed runs of this experiment left behind: processes and containers.",
    usage: "run_exp <config> terminate --local [--set <key=json>] ...",
    discussion: """
      Processes are found by the tag in their environment, containers by their labels, never by name. What belongs to a \
      run that is alive is left alone. With nothing left, nothing happens.

      EXAMPLE:
        run_exp run/config/simple.json terminate --local
      """)

  @ParentCommand var root: RunExp
  @OptionGroup var place: PlaceOptions
  @OptionGroup var overrides: OverrideOptions

  func run() async throws {
    try place.requireLocal(verb: "terminate", config: root.config)
    let invocation = try Invocation(
      config: root.config, overrides: overrides.overrides, place: .past, finalDir: FinalDir(0).name)
    try await Lifecycle.terminate(invocation)
  }
}
