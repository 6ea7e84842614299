import Foundation

/// Where a trial's results lie or are to lie, and what makes them the results of this very trial.
struct ResultPlace: Equatable, Sendable {
  var trial: Trial
  var environment: RunEnvironment
  var fingerprint: String
  var folder: ResultFolder
  /// The path as it is printed: the way the user would write it.
  var path: String

  /// Whether results of this very trial are there.
  /// - Parameter overwrite: the sweep that replaces what is there, unless it is its own already.
  /// - Throws: `Failure` (config) if something else is at the place and is not to be replaced.
  func isFinished(overwrite: OverwriteMark?) throws -> Bool {
    switch (folder.state, overwrite) {
    case (.empty, _): return false
    case (.finished(fingerprint), let mark): return mark?.covers(folder.url) ?? true
    case (_, .some): return false
    case (.finished, nil):
      throw Failure(
        exitCode: .config,
        """
        \(path) holds results of \(differences).
        Keep both with --final_dir NAME, or replace them with --overwrite.
        """)
    case (.foreign, nil):
      throw Failure(
        exitCode: .config,
        "\(path) holds something that no trial has written. Use --final_dir NAME, or --overwrite to replace it.")
    }
  }

  /// What is another in the finished trial at the place, in words.
  private var differences: String {
    guard let found = try? Summary.read(from: folder.url) else { return "other settings" }
    let keys = found.trial.differences(from: trial)
    if !keys.isEmpty { return "other settings (\(keys.joined(separator: ", ")))" }
    let (there, here) = (found.environment, environment)
    let parts: [(Bool, String)] = [
      (there.engine != here.engine, "engine \(there.engine) (go on with it: --engine \(there.engine))"),
      (there.cpu != here.cpu || there.cores != here.cores, "another machine"),
      (there.limits != here.limits, "other limits"), (there.models != here.models, "other model files"),
      (there.device != here.device, "models on the \(there.device)"),
      (there.inputs != here.inputs, "other input files"), (there.link_mbit != here.link_mbit, "other links"),
      (there.shuffle_hosts != here.shuffle_hosts, "shuffles between another number of hosts"),
      (there.measuring_scheduling != here.measuring_scheduling, "scheduling \(there.measuring_scheduling)"),
      (there.simulation != here.simulation, "another simulation (network, hosts or service times)"),
    ]
    let words = parts.filter(\.0).map(\.1)
    return words.isEmpty ? "another version of run_exp" : words.joined(separator: ", ")
  }
}
