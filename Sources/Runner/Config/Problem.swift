/// One thing wrong with what a user wrote: where, what was found, what is allowed.
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

/// What a user describes in a file of a few lines.
protocol UserInput {
  /// In the words of a message: `the experiment`, `an experiment`, and a path where one is.
  static var title: String { get }
  static var kind: String { get }
  static var example: String { get }
}

/// Why an input cannot be used, whichever it is.
protocol InvalidInput: Error, CustomStringConvertible {
  /// `2 problems in the experiment`.
  var heading: String { get }
}

/// Everything that is wrong with an input.
struct Invalid<Input: UserInput>: InvalidInput, Equatable, Sendable {
  /// Never empty; in the order of the text, what it lacks as a whole first.
  let problems: [Problem]

  init(problems: [Problem]) {
    self.problems = problems.sorted {
      ($0.origin.line ?? 0, $0.origin.column ?? 0) < ($1.origin.line ?? 0, $1.origin.column ?? 0)
    }
  }

  var heading: String { "\(problems.count == 1 ? "1 problem" : "\(problems.count) problems") in \(Input.title)" }

  var description: String {
    // More than these tell the user nothing new.
    let shown = 20
    var lines = problems.prefix(shown).map(\.description)
    if problems.count > shown { lines.append("and \(problems.count - shown) more") }
    return lines.joined(separator: "\n")
  }
}

typealias InvalidExperiment = Invalid<Experiment>

extension Experiment: UserInput {
  static var title: String { "the experiment" }
  static var kind: String { "an experiment" }
  static var example: String { "run/config/simple.json" }
}
