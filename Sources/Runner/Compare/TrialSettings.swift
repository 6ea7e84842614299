/// What a result was measured under: the keys of its trial and of its environment, each value as JSON.
struct TrialSettings: Equatable, Sendable {
  var trial: [String: String]
  var environment: [String: String]

  init(_ summary: Summary) {
    trial = summary.trial.settings
    environment = JSONMembers.of(summary.environment)
    // Two modes have models of their own; those that both have must be the same.
    environment[Self.models] = nil
    for (name, digest) in summary.environment.models { environment["\(Self.models).\(name)"] = digest }
  }

  private static let models = "models"
  static let loadSeed = Trial.CodingKeys.seed.rawValue
  static let repetition = Trial.CodingKeys.repetition.rawValue
  static let mode = Trial.CodingKeys.mode.rawValue

  /// Every key that there is.
  var keys: Set<String> { Set(trial.keys).union(environment.keys) }

  /// Keys that cannot but differ where the given ones do.
  static func following(_ keys: Set<String>) -> Set<String> {
    let redundant = Trial.CodingKeys.redundantModels.rawValue
    let (warmup, measured) = (Trial.CodingKeys.warmupQueries.rawValue, Trial.CodingKeys.measuredQueries.rawValue)
    let consequences: [String: Set<String>] = [
      mode: [redundant], Trial.CodingKeys.model.rawValue: [redundant], Trial.CodingKeys.encoder.rawValue: [redundant],
      Trial.CodingKeys.parities.rawValue: [redundant], Trial.CodingKeys.k.rawValue: [redundant, warmup],
      Trial.CodingKeys.batchSize.rawValue: [warmup, measured],
    ]
    return keys.reduce(into: keys) { $0.formUnion(consequences[$1] ?? []) }
  }

  /// The trial's keys in which two differ, by name, without `ignored` ones.
  func differences(from other: TrialSettings, ignoring ignored: Set<String>) -> [String] {
    Trial.differences(trial, other.trial, ignoring: ignored)
  }

  /// The environment's keys in which two differ, by name; of models, those that both have.
  func environmentDifferences(from other: TrialSettings, ignoring ignored: Set<String>) -> [String] {
    Set(environment.keys).union(other.environment.keys).subtracting(ignored).filter { key in
      let (ours, theirs) = (environment[key], other.environment[key])
      let isModel = key.hasPrefix("\(Self.models).")
      return isModel ? ours != nil && theirs != nil && ours != theirs : ours != theirs
    }.sorted()
  }

  /// The trial's keys but `ignored` ones, as a text that two trials share if they share those.
  func identity(ignoring ignored: Set<String>) -> String {
    trial.filter { !ignored.contains($0.key) }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      .joined(separator: "\n")
  }
}
