/// One thing wrong with an experiment: where, what was found, what is allowed.
struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
  var origin: Origin
  /// `send_rates[2]`, `slowdowns[0].probability`; empty for the text as a whole.
  var keyPath: String
  /// What was found and what is allowed, in one sentence or two.
  var message: String

  var description: String {
    // `--set num_models` names its key already.
    let isNamed = keyPath.isEmpty || origin.source.hasSuffix(" \(keyPath)")
    let keyPath = JSONNode.printable(keyPath)
    return isNamed ? "\(origin): \(message)" : "\(origin): \(keyPath): \(message)"
  }
}

/// Everything that is wrong with an experiment.
struct InvalidExperiment: Error, Equatable, Sendable, CustomStringConvertible {
  /// More than these tell the user nothing new.
  private static let shown = 20

  /// Never empty; in the order of the text, what is missing first.
  let problems: [Problem]

  init(problems: [Problem]) {
    self.problems = problems.sorted {
      ($0.origin.line ?? 0, $0.origin.column ?? 0) < ($1.origin.line ?? 0, $1.origin.column ?? 0)
    }
  }

  var description: String {
    var lines = problems.prefix(Self.shown).map(\.description)
    if problems.count > Self.shown { lines.append("and \(problems.count - Self.shown) more") }
    return lines.joined(separator: "\n")
  }
}
