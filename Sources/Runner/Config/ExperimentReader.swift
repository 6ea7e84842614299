import Serving

/// Reads an experiment from its JSON. All problems are collected; an `Experiment` comes out only if there is none.
struct ExperimentReader {
  /// Where the experiment is to run, which decides what it may ask for.
  enum Place: Sendable {
    case local
    case cluster
    /// Only looked at.
    case anywhere
    /// It has run: its results are read, and the files that it was run with may be gone.
    case past
  }

  let place: Place
  let files: FileCheck
  let keys: Members
  var problems: ProblemList

  /// - Parameters:
  ///   - root: the experiment's object, overrides already in it.
  ///   - locator: finds the files that it names.
  /// - Throws: `InvalidExperiment`.
  static func read(_ root: JSONNode, place: Place, locator: FileLocator) throws(InvalidExperiment) -> Experiment {
    var problems = ProblemList()
    let object = Field(keyPath: "", node: root)
    let keys = object.members(
      known: ExperimentKey.names, allowed: "an object { \"experiment_id\": ..., ... }", problems: &problems)
    guard let keys else { throw InvalidExperiment(problems: problems.problems) }
    var reader = ExperimentReader(place: place, files: FileCheck(locator: locator), keys: keys, problems: problems)
    let experiment = reader.experiment()
    guard reader.problems.problems.isEmpty else { throw InvalidExperiment(problems: reader.problems.problems) }
    return experiment
  }

  /// Reads every key, whatever is wrong with others. A value that cannot be read is a problem, and an empty one holds
  /// its place: nothing is concluded from it.
  private mutating func experiment() -> Experiment {
    let workerType = machineType(.worker_type)
    let numModels = required(.num_models, allowed: "an integer from 2 to 10000")?
      .integer(2...10_000, problems: &problems)
    var experiment = Experiment(
      experimentID: required(.experiment_id, allowed: FolderName.rule)?.name(problems: &problems) ?? "",
      frontendType: machineType(.frontend_type) ?? "", workerType: workerType ?? "",
      clientType: machineType(.client_type) ?? "",
      model: required(.model, allowed: Self.modelRule)?.string(allowed: Self.modelRule, problems: &problems) ?? "",
      s3Path: s3Path() ?? "", queueModes: queueModes() ?? [], redundancyModes: redundancyModes() ?? [],
      numModels: numModels ?? 0, kValues: kValues(numModels: numModels) ?? [],
      batchSizes: list(.batch_sizes, of: "integer from 1 to 4096") { $0.integer(1...4096, problems: &$1) } ?? [],
      sendRates: sendRates() ?? [], numClients: count(.num_clients, upTo: 1000) ?? 0,
      numQueries: count(.num_queries, upTo: 100_000_000) ?? 0, numTrials: count(.num_trials, upTo: 10_000) ?? 0,
      backgroundTraffic: backgroundTraffic() ?? [], payload: .floats(count: 64))
    readOptional(into: &experiment)
    if !experiment.model.isEmpty { readModels(into: &experiment) }
    if problems.problems.isEmpty { checkTogether(experiment) }
    return experiment
  }

  static let modelRule =
    "\(ModelCatalogue.names.map { "\"\($0)\"" }.joined(separator: ", ")) or the path of a TorchScript file (.pt)"

  /// A file that the experiment names will not do.
  mutating func add(_ field: Field, _ unusable: FileCheck.Unusable) {
    if place != .past { problems.add(field, unusable.description) }
  }

  // MARK: Shapes that several keys share

  mutating func required(_ key: ExperimentKey, allowed: String) -> Field? {
    keys.required(key.rawValue, allowed: allowed, problems: &problems)
  }

  func optional(_ key: ExperimentKey) -> Field? { keys.optional(key.rawValue) }

  mutating func count(_ key: ExperimentKey, upTo most: Int) -> Int? {
    required(key, allowed: "an integer from 1 to \(most)")?.integer(1...most, problems: &problems)
  }

  /// A list of at least one item, none twice: two equal items would be two trials with one result folder.
  mutating func list<Item: Equatable>(
    _ key: ExperimentKey, of allowed: String, item: (Field, inout ProblemList) -> Item?
  ) -> [Item]? {
    guard let field = required(key, allowed: "a list of at least one \(allowed)"),
      let fields = field.items(allowed: allowed, problems: &problems)
    else { return nil }
    var items: [Item] = []
    for field in fields {
      guard let item = item(field, &problems) else { continue }
      if items.contains(item) {
        problems.add(field, "\(field.node.found) stands in the list twice; its trials would share a result folder")
      } else {
        items.append(item)
      }
    }
    return items.count == fields.count ? items : nil
  }

  private mutating func machineType(_ key: ExperimentKey) -> String? {
    required(key, allowed: "an instance type such as \"c5.xlarge\"")?.name(problems: &problems)
  }
}
