import Foundation

// Two sides of finished trials against each other; nothing is run.
extension Lifecycle {
  /// What `compare` is asked for.
  struct ComparisonOptions: Sendable {
    var metric: LatencyMetric
    var latency: LatencyKind
    /// Settings that may differ, beside the mode.
    var across: Set<String>
  }

  /// Compares two modes of an experiment, or two of its runs by their last folder.
  /// - Throws: `Failure` (usage) if a word is neither; (config) if there are no results or they are of other settings.
  static func compare(
    _ words: [String], of invocation: Invocation, _ options: ComparisonOptions, as results: Results
  ) throws {
    try compare(words.map { try side($0, of: words, invocation, options) }, options, as: results)
  }

  /// Compares the results in and below two folders.
  static func compare(_ folders: [String], _ options: ComparisonOptions, as results: Results) throws {
    let folders = folders.map { $0.count > 1 && $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    let paths = folders.map { URL(filePath: $0).resolvingSymlinksInPath().path }
    guard Set(paths).count == paths.count else {
      throw Failure(exitCode: .usage, "\(folders[0]) is compared with itself; give two folders")
    }
    let names = FolderNames.apart(folders)
    let sides = try zip(folders, names).map { ComparedSide(name: $1, trials: try MeasuredTrial.find(in: $0)) }
    try compare(sides, options, as: results)
  }

  private static func compare(_ sides: [ComparedSide], _ options: ComparisonOptions, as results: Results) throws {
    let (a, b) = (sides[0], sides[1])
    let pairs = try TrialPairs(a, b, across: options.across) { options.latency.sample(of: $0) != nil }
    let comparison = Comparison(pairs, names: (a.name, b.name), metric: options.metric, latency: options.latency)
    switch results {
    case .json: try Results.show(comparison)
    case .blocks: try Console.show(comparison.text)
    }
  }

  /// The finished trials that a word means: of a mode, or of all modes in a last folder.
  private static func side(
    _ word: String, of words: [String], _ invocation: Invocation, _ options: ComparisonOptions
  ) throws -> ComparedSide {
    let modes = invocation.experiment.redundancyModes.map(\.rawValue)
    let isMode = words.allSatisfy(modes.contains)
    var (trials, places) = (invocation.sweep.trials, invocation.results)
    if isMode {
      guard Set(words).count == words.count else {
        throw Failure(
          exitCode: .usage, "\(word) is compared with itself; the experiment has \(modes.joined(separator: ", "))")
      }
      trials = trials.filter { $0.mode.rawValue == word }
    } else {
      guard let finalDir = FinalDir(argument: word) else {
        throw Failure(
          exitCode: .usage,
          "\(word) is no mode and no --final_dir; to compare folders: run_exp compare \(words.joined(separator: " "))")
      }
      places.finalDir = finalDir.name
    }
    let found = trials.map { (trial: $0, paths: finished($0, in: places)) }.filter { !$0.paths.isEmpty }
    guard !found.isEmpty else {
      // Beside a mode, a word that is none is more often meant as one than as a folder.
      let odd = words.first { !modes.contains($0) } ?? word
      let what =
        isMode ? "mode \(word)" : "\(odd), which is no mode of the experiment (\(modes.joined(separator: ", ")))"
      if !isMode, let finalDir = FinalDir(argument: odd) { places.finalDir = finalDir.name }
      throw Failure(
        exitCode: .config,
        """
        no results of \(what): nothing at \(trials.first.map(places.folder) ?? places.root).
        Run it with launch, or say with --results, --environment and --final_dir where they are.
        """)
    }
    let progress = Progress()
    let missing = trials.count - found.count
    if missing > 0 { progress.note("\(word): \(missing) of \(trials.count) trials have no results yet") }
    return ComparedSide(name: word, trials: try found.flatMap { try measured($0, at: $1, options) })
  }

  /// The results of a trial up to the first that is VALID.
  private static func measured(
    _ asked: Trial, at paths: [String], _ options: ComparisonOptions
  ) throws -> [MeasuredTrial] {
    var trials: [MeasuredTrial] = []
    for path in paths where trials.last?.isInvalid ?? true {
      let measured = try MeasuredTrial(path: path)
      let others = measured.trial.differences(from: asked).filter { !options.across.contains($0) }
      guard others.isEmpty else {
        throw Failure(
          exitCode: .config,
          """
          \(path) was measured with other settings than asked for here: \(others.joined(separator: ", ")).
          Give the same --set as to launch, or compare folders: run_exp compare FOLDER FOLDER
          """)
      }
      trials.append(measured)
    }
    return trials
  }

  /// The folders of a trial's results: those of its first measurement, and of others that a search made where it was INVALID.
  private static func finished(_ trial: Trial, in places: ResultPath) -> [String] {
    (0..<GoalSearch.measuredAttempts).map { attempt in
      var places = places
      places.finalDir = RateProbe.finalDir(places.finalDir, attempt: attempt)
      return places.folder(of: trial)
    }.filter { ResultFolder(url: URL(filePath: $0)).state.isFinished }
  }
}
