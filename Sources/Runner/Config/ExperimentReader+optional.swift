import Serving

/// The optional keys. Where one is missing or null, the default of `Experiment` stays.
extension ExperimentReader {
  mutating func readOptional(into experiment: inout Experiment) {
    if let field = optional(.system), field.node.value != .string("parm") {
      problems.add(field, allowed: "\"parm\"")
    }
    if let seed = optional(.seed)?.integer(0...Int.max, allowed: "an integer >= 0, below 2^63", problems: &problems) {
      experiment.seed = UInt64(seed)
    }
    if let batches = optional(.warmup_batches)?.integer(0...1_000_000, problems: &problems) {
      experiment.warmupBatches = batches
    }
    experiment.encoder =
      optional(.encoder)?.choice(CodeKind.self, problems: &problems) ?? experiment.encoder
    experiment.parities =
      optional(.parities)?.integer(1...Self.mostParities, problems: &problems) ?? experiment.parities
    experiment.slo_ms =
      optional(.slo_ms)?.number(0...86_400_000, isOpen: true, unit: " (ms)", problems: &problems) ?? experiment.slo_ms
    experiment.batchTimeout_ms = optional(.batch_timeout_ms)?
      .number(0...86_400_000, isOpen: true, unit: " (ms)", problems: &problems)
    experiment.maxInFlight =
      optional(.max_in_flight)?.integer(1...10_000_000, problems: &problems) ?? experiment.maxInFlight
    experiment.arrivals = readArrivals() ?? experiment.arrivals
    experiment.serviceTime = readServiceTime()
    experiment.slowdowns = readSlowdowns() ?? []
    experiment.faults = readFaults() ?? []
    readBackgroundRate(into: &experiment)
  }

  /// With more, the weights of the sums grow so large that float32 leaves too little of an output.
  private static let mostParities = 3

  private mutating func readArrivals() -> ArrivalKind? {
    let rule = #"{"kind": "poisson"}, {"kind": "uniform"} or {"kind": "trace", "file": ...}"#
    enum Kind: String, CaseIterable { case poisson, uniform, trace }
    guard let field = optional(.arrivals),
      let members = field.members(known: ["kind", "file"], allowed: rule, problems: &problems),
      let kind = members.required("kind", allowed: rule, problems: &problems)?
        .choice(Kind.self, problems: &problems)
    else { return nil }
    switch kind {
    case .poisson, .uniform:
      refuse("file", in: members, unless: "kind is \"trace\"")
      return kind == .poisson ? .poisson : .uniform
    case .trace:
      let allowed = "the path of a file: seconds from the start, one a line"
      guard let file = members.required("file", allowed: allowed, problems: &problems),
        let path = file.string(allowed: allowed, problems: &problems),
        trace(in: path, named: file) != nil
      else { return nil }
      return .trace(file: path)
    }
  }

  private mutating func readSlowdowns() -> [Slowdown]? {
    let rule = #"a list of {"workers": "all" or [ids], "probability": 0.01, "added_ms": 100 or "factor": 10}"#
    guard let field = optional(.slowdowns) else { return nil }
    guard case .array(let nodes) = field.node.value else {
      problems.add(field, allowed: rule)
      return nil
    }
    return nodes.enumerated().compactMap {
      readSlowdown(Field(keyPath: "\(field.keyPath)[\($0.offset)]", node: $0.element))
    }
  }

  private mutating func readSlowdown(_ field: Field) -> Slowdown? {
    let rule = #"{"workers": "all" or [ids], "probability": 0.01, "added_ms": 100 or "factor": 10}"#
    let names = ["workers", "probability", "added_ms", "factor"]
    guard let members = field.members(known: names, allowed: rule, problems: &problems) else { return nil }
    var workers: [Int]?
    if let list = members.optional("workers"), list.node.value != .string("all") {
      workers = list.items(allowed: "worker id (or the word \"all\")", problems: &problems)?.compactMap {
        $0.integer(0...1_000_000, allowed: "a worker id, an integer >= 0", problems: &problems)
      }
    }
    let probability = members.required("probability", allowed: "a number from 0 to 1", problems: &problems)?
      .number(0...1, unit: "", problems: &problems)
    let added_ms = members.optional("added_ms")?
      .number(0...3_600_000, isOpen: true, unit: " (ms)", problems: &problems)
    let factor = members.optional("factor")?.number(1...10_000, unit: "", problems: &problems)
    if (members.optional("added_ms") == nil) == (members.optional("factor") == nil) {
      let found = members.optional("factor") == nil ? "neither added_ms nor factor" : "both added_ms and factor"
      problems.add(field, "found \(found); allowed: one of them")
    }
    guard let probability else { return nil }
    return Slowdown(workers: workers, probability: probability, added_ms: added_ms, factor: factor)
  }

  // MARK: Shared by arrivals and service time

  mutating func refuse(_ key: String, in members: Members, unless condition: String) {
    if let field = members.optional(key) { problems.add(field, "without effect unless \(condition); leave it out") }
  }

  mutating func numbers(in path: String, upTo most: Double, named field: Field) -> [Double]? {
    checked(field) { files throws(FileCheck.Unusable) in try files.numbers(path, upTo: most) }
  }

  /// The seconds of a trace.
  mutating func trace(in path: String, named field: Field) -> [Double]? {
    checked(field) { files throws(FileCheck.Unusable) in try files.trace(path) }
  }

  private mutating func checked(
    _ field: Field, _ read: (FileCheck) throws(FileCheck.Unusable) -> [Double]
  ) -> [Double]? {
    do throws(FileCheck.Unusable) {
      return try read(files)
    } catch {
      add(field, error)
      return nil
    }
  }
}
