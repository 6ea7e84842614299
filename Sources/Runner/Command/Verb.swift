/// The words that say what to do with an experiment.
enum Verb {
  static let names = RunExp.configuration.subcommands.compactMap { $0.configuration.commandName }
  static let list = names.joined(separator: ", ")

  /// Stands where the experiment does, for verbs that can do without.
  static let noExperiment = "<config>"

  /// Whether `arguments`, which begin with a verb, name no experiment and need none.
  private static func needNoExperiment(_ arguments: [String]) -> Bool {
    switch arguments.first {
    case "list": true
    case "terminate": arguments.contains("--expired")
    // Two folders, that is; an experiment among the words was meant to come first.
    case "compare": !arguments.contains { $0.hasSuffix(".json") }
    default: false
    }
  }

  /// The arguments as the parser wants them. It takes the first word for the experiment; whoever asks for the help of a
  /// verb need not name one.
  /// - Throws: `Failure` (usage) if a verb stands where the experiment should, or is misspelt.
  static func arranged(_ arguments: [String]) throws -> [String] {
    guard let first = arguments.first else { return arguments }
    if first == "help" {
      guard let verb = arguments.dropFirst().first(where: names.contains) else { return ["--help"] }
      return [noExperiment, verb, "--help"]
    }
    if names.contains(first) {
      if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) { return [noExperiment, first, "--help"] }
      if needNoExperiment(arguments) { return [noExperiment] + arguments }
      let config = arguments.dropFirst().first { !$0.hasPrefix("-") } ?? noExperiment
      throw Failure(exitCode: .usage, "the experiment comes before the verb: run_exp \(config) \(first) ...")
    }
    if !first.hasPrefix("-"), let verb = arguments.dropFirst().first, !verb.hasPrefix("-"), !names.contains(verb) {
      let nearest = NearestName.of(verb, among: names).map { "did you mean \($0)? " } ?? ""
      throw Failure(exitCode: .usage, "no verb \"\(verb)\"; \(nearest)There are \(list)")
    }
    return arguments
  }
}
