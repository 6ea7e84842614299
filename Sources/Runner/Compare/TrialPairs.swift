import Serving

/// The results of one side of a comparison.
struct ComparedSide: Sendable {
  /// As it is printed: a mode, or what tells its folder from the other.
  var name: String
  var trials: [MeasuredTrial]
}

/// Trials of two sides, each with its partner: the same point, repetition and load, measured under the same settings but
/// for what is compared.
struct TrialPairs: Sendable {
  struct Pair: Sendable {
    var a: MeasuredTrial
    var b: MeasuredTrial

    /// Whether both had the same arrivals and payload.
    var sharesLoad: Bool { a.trial.seed == b.trial.seed }
  }

  /// One point of the sweep and its repetitions.
  struct Point: Sendable {
    var pairs: [Pair]
  }

  /// A trial that is in no pair, and why.
  struct LeftOut: Codable, Equatable, Sendable {
    var results: String
    var reason: String

    init(results: String, reason: String) { (self.results, self.reason) = (results, reason) }

    init(invalid trial: MeasuredTrial) {
      self.init(results: trial.path, reason: "INVALID: \(trial.summary.reasons.joined(separator: "; "))")
    }
  }

  /// In the order of the first side's trials.
  var points: [Point]
  var leftOut: [LeftOut]
  /// The trials' keys that differ between the sides, as they are what is compared.
  var compared: Set<String>

  /// - Parameters:
  ///   - across: further keys that may differ. The load depends on each of a trial, so only the repetition pairs trials then.
  ///   - hasValue: whether a trial has what is to be compared.
  /// - Throws: `Failure` (usage) if a key of `across` is none; (config) if the sides were measured under other settings,
  ///   naming them, or a side has two results of one trial.
  init(
    _ a: ComparedSide, _ b: ComparedSide, across: Set<String> = [], hasValue: (Summary) -> Bool = { _ in true }
  ) throws {
    let sides = [a, b]
    let settings = sides.map { $0.trials.map { TrialSettings($0.summary) } }
    try Self.check(across, known: settings.joined().reduce(into: []) { $0.formUnion($1.keys) })
    compared = TrialSettings.following(across.union(Self.isBetweenModes(a, b) ? [TrialSettings.mode] : []))
    // The load of another setting is another draw; that of another environment is the same.
    if settings.joined().contains(where: { !across.isDisjoint(with: $0.trial.keys) }) {
      compared.insert(TrialSettings.loadSeed)
    }
    let ignored = compared

    let (ours, repeated) = try Self.byIdentity(a, settings[0], ignoring: ignored)
    let (others, othersRepeated) = try Self.byIdentity(b, settings[1], ignoring: ignored)
    var (order, points): ([String], [String: [Pair]]) = ([], [:])
    leftOut = repeated + othersRepeated
    var partners: Set<String> = []
    for (first, itsSettings) in zip(a.trials, settings[0]) {
      let identity = itsSettings.identity(ignoring: ignored)
      guard ours[identity]?.path == first.path else { continue }
      guard let second = others[identity] else {
        leftOut.append(LeftOut(results: first.path, reason: "\(b.name) has no such trial"))
        continue
      }
      partners.insert(second.path)
      let pair = Pair(a: first, b: second)
      guard let reason = Self.reason(against: pair, hasValue) else {
        let point = itsSettings.identity(
          ignoring: ignored.union([TrialSettings.repetition, TrialSettings.loadSeed]))
        if points[point] == nil { order.append(point) }
        points[point, default: []].append(pair)
        continue
      }
      leftOut += reason
    }
    for trial in b.trials
    where !partners.contains(trial.path) && !othersRepeated.contains(where: { $0.results == trial.path }) {
      leftOut.append(LeftOut(results: trial.path, reason: "\(a.name) has no such trial"))
    }
    guard !partners.isEmpty else { throw Self.noPartners(a, b, settings, ignoring: ignored) }
    self.points = order.compactMap { points[$0].map(Point.init(pairs:)) }
    try checkEnvironments(ignoring: ignored)
  }

  /// A side's trials, each by what its partner shares with it; an INVALID one that was measured again gives way.
  /// - Throws: `Failure` (config) if two share it that could both be compared.
  private static func byIdentity(
    _ side: ComparedSide, _ settings: [TrialSettings], ignoring ignored: Set<String>
  ) throws -> (trials: [String: MeasuredTrial], repeated: [LeftOut]) {
    var (trials, repeated): ([String: MeasuredTrial], [LeftOut]) = ([:], [])
    for (trial, settings) in zip(side.trials, settings) {
      let identity = settings.identity(ignoring: ignored)
      guard let other = trials[identity] else {
        trials[identity] = trial
        continue
      }
      if trial.isInvalid {
        repeated.append(LeftOut(invalid: trial))
      } else if other.isInvalid {
        repeated.append(LeftOut(invalid: other))
        trials[identity] = trial
      } else {
        throw Failure(
          exitCode: .config,
          """
          \(side.name) has two results of the same trial, and only one can be compared:
            \(other.path)
            \(trial.path)
          Give the folder of one of them; for one --final_dir of a whole sweep: run_exp <config> compare <final_dir> <final_dir>
          """)
      }
    }
    return (trials, repeated)
  }

  /// Why a pair cannot be compared, for each of its trials that it is the fault of; nil if it can.
  private static func reason(against pair: Pair, _ hasValue: (Summary) -> Bool) -> [LeftOut]? {
    let faults = [pair.a, pair.b].compactMap { measured -> LeftOut? in
      if measured.isInvalid { return LeftOut(invalid: measured) }
      return hasValue(measured.summary) ? nil : LeftOut(results: measured.path, reason: "it has no such latencies")
    }
    return faults.isEmpty ? nil : faults
  }

  /// Whether each side is of one mode, and not of the same.
  private static func isBetweenModes(_ a: ComparedSide, _ b: ComparedSide) -> Bool {
    let (first, second) = (Set(a.trials.map(\.trial.mode)), Set(b.trials.map(\.trial.mode)))
    return first.count == 1 && second.count == 1 && first != second
  }

  // MARK: What cannot be compared

  private static func check(_ across: Set<String>, known: Set<String>) throws {
    let known = known.subtracting([TrialSettings.repetition])
    for key in across.sorted() where !known.contains(key) {
      let nearest = NearestName.of(key, among: known.sorted()).map { "; did you mean \($0)?" } ?? ""
      throw Failure(
        exitCode: .usage,
        "--across \(key): no such setting\(nearest)\nThere are \(known.sorted().joined(separator: ", "))")
    }
  }

  private static func noPartners(
    _ a: ComparedSide, _ b: ComparedSide, _ settings: [[TrialSettings]], ignoring ignored: Set<String>
  ) -> Failure {
    // All of a large sweep would take long, and its first trials tell as much.
    let some = 100
    var closest: (keys: [String], a: String, b: String)?
    for (first, ours) in zip(a.trials, settings[0]).prefix(some) {
      for (second, theirs) in zip(b.trials, settings[1]).prefix(some) {
        let keys = ours.differences(from: theirs, ignoring: ignored)
        if keys.count < closest?.keys.count ?? Int.max { closest = (keys, first.path, second.path) }
      }
    }
    guard let closest else { return Failure(exitCode: .config, "nothing to compare: a side has no results") }
    return Failure(
      exitCode: .config,
      """
      nothing to compare: no trial of \(a.name) was measured under the settings of one of \(b.name).
      The closest differ in \(closest.keys.joined(separator: ", ")):
        \(closest.a)
        \(closest.b)
      \(advice(closest.keys))
      """)
  }

  /// Load, models and machine are the same in a pair, or it says nothing of what is compared.
  private func checkEnvironments(ignoring ignored: Set<String>) throws {
    for pair in points.joinedPairs {
      let keys = TrialSettings(pair.a.summary).environmentDifferences(
        from: TrialSettings(pair.b.summary), ignoring: ignored)
      guard !keys.isEmpty else { continue }
      throw Failure(
        exitCode: .config,
        """
        these were measured in different environments (\(keys.joined(separator: ", "))):
          \(pair.a.path)
          \(pair.b.path)
        \(Self.advice(keys))
        """)
    }
  }

  private static func advice(_ keys: [String]) -> String {
    if keys.contains(TrialSettings.repetition) { return "Measure the same repetitions of both." }
    let options = keys.map { "--across \($0 == "seed" ? TrialSettings.loadSeed : $0)" }.joined(separator: " ")
    return "If that is what you want to compare, say \(options)"
  }
}

extension [TrialPairs.Point] {
  var joinedPairs: [TrialPairs.Pair] { flatMap(\.pairs) }
}
