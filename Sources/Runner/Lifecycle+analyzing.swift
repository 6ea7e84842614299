import Foundation

// Finished trials again, from what they left; nothing is run.
extension Lifecycle {
  /// Prints the tables of every finished trial again, from its records.
  static func analyze(_ invocation: Invocation, as results: Results) throws {
    try analyze(invocation) { try results.show(path: $0, $1) }
  }

  /// Prints one table of all finished trials.
  static func tabulate(_ invocation: Invocation) throws {
    var summaries: [Summary] = []
    try analyze(invocation) { summaries.append($1) }
    try Console.show(TrialTable.text(summaries))
  }

  /// - Parameter show: is told the path and the summary of each finished trial, in the order of the sweep.
  /// - Throws: `Failure` (config) if there is none; (results) if what is there cannot be read.
  private static func analyze(_ invocation: Invocation, show: (String, Summary) throws -> Void) throws {
    let places = invocation.sweep.trials.map { (trial: $0, folder: invocation.folder(of: $0)) }
    for (_, folder) in places where ResultFolder(url: URL(filePath: folder)).state == .foreign {
      throw Failure(exitCode: .results, "\(folder)/summary.json is missing or cannot be read")
    }
    let finished = places.filter { ResultFolder(url: URL(filePath: $0.folder)).state.isFinished }
    guard !finished.isEmpty else {
      throw Failure(
        exitCode: .config,
        """
        no results of this experiment here: nothing at \(places.first?.folder ?? invocation.results.root).
        Run it with launch, or say with --results, --environment and --final_dir where they are.
        """)
    }
    let progress = Progress()
    for (trial, path) in finished {
      let summary = try Analysis.analyze(folder: URL(filePath: path))
      let others = summary.trial.differences(from: trial)
      if !others.isEmpty {
        progress.note("\(path) was measured with other settings than asked for here: \(others.joined(separator: ", "))")
      }
      try show(path, summary)
    }
    let missing = places.count - finished.count
    if missing > 0 { progress.note("\(missing) of \(places.count) trials have no results yet") }
  }
}
