import ArgumentParser
import Foundation

/// The command line `run_exp <config> <verb> [options]`.
@main
struct RunExp: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run_exp",
    abstract: "Runs prediction-serving experiments and says how their latency behaves when machines slow down or die.",
    usage: """
      run_exp <config> <verb> [options]
      run_exp compare <folder> <folder>
      run_exp list
      run_exp <verb> --help
      """,
    discussion: """
      The experiment comes first, then what to do with it. Results go to results/ in the current folder: tables to \
      stdout, progress to stderr.

      EXAMPLES:
        run_exp run/config/simple.json plan
        run_exp run/config/simple.json launch --local
        run_exp run/config/fig9a.json launch --local --set background_traffic='[0]'
        run_exp run/config/simple.json analyze
        run_exp run/config/fig9a.json simulate
        run_exp run/config/simple.json terminate --local
        run_exp run/config/fig9a.json launch
        run_exp run/config/fig9a.json terminate

      EXIT STATUS:
        0 done; 64 the command line is wrong; 65 the experiment is wrong; 69 something that a run needs is not there; \
      70 the run failed; 71 no quota or capacity for the machines; 72 a machine cannot be reached by ssh; 73 a measurement is INVALID (with --strict) or results do not verify; 130 interrupted
      """,
    version: "run_exp 0.1.0",
    subcommands: [
      PlanCommand.self, LaunchCommand.self, RunCommand.self, SimulateCommand.self, AttachCommand.self,
      StatusCommand.self, CollectCommand.self, AnalyzeCommand.self, CompareCommand.self, SearchCommand.self,
      ListCommand.self, ExtendCommand.self, TerminateCommand.self,
    ])

  @Argument(help: "The experiment: a JSON file. run/config/README.md explains its keys.", completion: .file())
  var config: String

  func run() async throws {
    throw ValidationError("no verb: say what to do with \(config): \(Verb.list)")
  }

  static func main() async {
    Console.outliveReaders()
    // Where whoever started this ignores it (`trap '' CHLD`), the kernel keeps no word of how a child ended.
    signal(SIGCHLD, SIG_DFL)
    do {
      var command = try parseAsRoot(try Verb.arranged(Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Ending.leave(0)
    } catch {
      Ending(of: error).leave()
    }
  }
}
