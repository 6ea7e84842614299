import Foundation
import Serving
import Statistics
import Testing

@testable import Runner

@Suite("Pairs of trials")
struct TrialPairsTests {
  /// A finished trial with a median of 20 ms and a gap of about `gap_ms`.
  static func measured(
    _ path: String, mode: RedundancyMode, repetition: Int = 0, rate: Double = 100, gap_ms: Double = 100,
    median_ms: Double = 20, change: (inout Summary) -> Void = { _ in }
  ) throws -> MeasuredTrial {
    var trial = Trial.sample(mode: mode, measured: 1001, rate: rate)
    trial.repetition = repetition
    trial.seed = LoadSeed.of(trial, experimentSeed: 1)
    let records: [QueryRecord] = .sample(1001) { $0 < 2 ? median_ms + gap_ms : median_ms }
    var summary = try Summary.sample(records, trial: trial)
    change(&summary)
    return MeasuredTrial(path: path, summary: summary)
  }

  private func side(
    _ mode: RedundancyMode, _ count: Int = 5, name: String? = nil, change: (inout Summary) -> Void = { _ in }
  ) throws -> ComparedSide {
    let name = name ?? mode.rawValue
    return ComparedSide(
      name: name,
      trials: try (0..<count).map {
        try Self.measured("r/\(name)/it_\($0)", mode: mode, repetition: $0, change: change)
      })
  }

  private func failure(_ work: () throws -> TrialPairs) -> Failure? {
    do {
      _ = try work()
      return nil
    } catch {
      return error as? Failure
    }
  }

  @Test("of two modes are of the same repetition and load, in whatever order they come")
  func modes() throws {
    var coded = try side(.coded)
    coded.trials.shuffle()
    let pairs = try TrialPairs(try side(.equal), coded)
    #expect(pairs.points.count == 1 && pairs.leftOut.isEmpty)
    #expect(pairs.points[0].pairs.map(\.a.path) == (0..<5).map { "r/equal/it_\($0)" })
    #expect(pairs.points[0].pairs.map(\.b.path) == (0..<5).map { "r/coded/it_\($0)" })
    #expect(pairs.points[0].pairs.allSatisfy { $0.sharesLoad })
  }

  @Test("of two folders with both modes each are of the same mode")
  func folders() throws {
    func both(_ name: String) throws -> ComparedSide {
      ComparedSide(
        name: name, trials: try side(.equal, name: "\(name)/equal").trials + side(.coded, name: "\(name)/coded").trials)
    }
    let pairs = try TrialPairs(try both("x"), try both("y"))
    #expect(pairs.points.count == 2)
    #expect(pairs.points.joinedPairs.count == 10)
    #expect(pairs.points.joinedPairs.allSatisfy { $0.a.trial.mode == $0.b.trial.mode })
  }

  @Test("are grouped by point, repetitions together")
  func points() throws {
    func side(_ mode: RedundancyMode) throws -> ComparedSide {
      ComparedSide(
        name: mode.rawValue,
        trials: try [100.0, 200].flatMap { rate in
          try (0..<3).map { try Self.measured("\(mode) \(rate) \($0)", mode: mode, repetition: $0, rate: rate) }
        })
    }
    let pairs = try TrialPairs(try side(.equal), try side(.hedged))
    #expect(pairs.points.map { $0.pairs.map(\.a.trial.rate) } == [[100, 100, 100], [200, 200, 200]])
  }

  @Test("leave INVALID trials out and name them, and trials without a partner")
  func leftOut() throws {
    var (equal, coded) = try (side(.equal), side(.coded, 7))
    coded.trials[1].summary.verdict = .invalid
    coded.trials[1].summary.reasons = ["queries were sent late"]
    equal.trials[4].summary.e2e_ms = nil
    let pairs = try TrialPairs(equal, coded) { $0.e2e_ms != nil }
    #expect(pairs.points.joinedPairs.map(\.a.trial.repetition) == [0, 2, 3])
    #expect(
      pairs.leftOut == [
        .init(results: "r/coded/it_1", reason: "INVALID: queries were sent late"),
        .init(results: "r/equal/it_4", reason: "it has no such latencies"),
        .init(results: "r/coded/it_5", reason: "equal has no such trial"),
        .init(results: "r/coded/it_6", reason: "equal has no such trial"),
      ])
  }

  @Test("are refused where other settings were measured, which are named")
  func otherSettings() throws {
    let slower = try side(.coded) {
      $0.trial.slowdowns = [Slowdown(workers: nil, probability: 0.1, added_ms: 5, factor: nil)]
      $0.trial.seed = 77
    }
    let failure = try #require(failure { try TrialPairs(try side(.equal), slower) })
    #expect(failure.exitCode == .config)
    #expect(failure.description.contains("The closest differ in slowdowns:\n  r/equal/it_0\n  r/coded/it_0"))
    #expect(failure.description.hasSuffix("say --across slowdowns"))
    let pairs = try TrialPairs(try side(.equal), slower, across: ["slowdowns"])
    #expect(pairs.points.joinedPairs.count == 5)
    #expect(pairs.points.joinedPairs.allSatisfy { !$0.sharesLoad })

    let reseeded = try side(.coded) { $0.trial.seed &+= 1 }
    let seed = try #require(self.failure { try TrialPairs(try side(.equal), reseeded) })
    #expect(
      seed.description.contains("The closest differ in seed:") && seed.description.hasSuffix("--across load_seed"))
    #expect(try TrialPairs(try side(.equal), reseeded, across: ["load_seed"]).points.joinedPairs.count == 5)
  }

  @Test("of another k or batch size need no word on what follows from it")
  func consequences() throws {
    let other = try side(.equal, name: "k_3") {
      ($0.trial.k, $0.trial.warmupQueries, $0.trial.redundantModels) = (3, 12, ["x"])
      $0.trial.seed = 5
    }
    #expect(failure { try TrialPairs(try side(.equal, name: "k_2"), other) }?.description.contains("ec_k_val") == true)
    #expect(try TrialPairs(try side(.equal, name: "k_2"), other, across: ["ec_k_val"]).points.joinedPairs.count == 5)
  }

  @Test("of different environments are refused, unless that is compared; models of their own are none")
  func environments() throws {
    let docker = try side(.equal, name: "docker") { $0.environment.engine = "docker" }
    let process = try side(.equal, name: "process")
    let failure = try #require(failure { try TrialPairs(process, docker) })
    #expect(failure.exitCode == .config && failure.description.contains("different environments (engine)"))
    #expect(failure.description.hasSuffix("say --across engine"))
    #expect(try TrialPairs(process, docker, across: ["engine"]).points.joinedPairs.count == 5)

    // Copies of a sweep are several loads of one repetition; engines are compared on each.
    func copies(_ engine: String) throws -> ComparedSide {
      let trials = try [UInt64(1), 2].flatMap { copy in
        try side(.equal, name: "\(engine) \(copy)") {
          $0.environment.engine = engine
          $0.trial.seed &+= copy
        }.trials
      }
      return ComparedSide(name: engine, trials: trials)
    }
    let pairs = try TrialPairs(try copies("process"), try copies("docker"), across: ["engine"])
    #expect(pairs.points.count == 1 && pairs.points[0].pairs.count == 10)
    #expect(pairs.points[0].pairs.allSatisfy { $0.sharesLoad })

    let equal = try side(.equal) { $0.environment.models = ["digits": "a"] }
    let coded = try side(.coded) { $0.environment.models = ["digits": "a", "digits_parity": "b"] }
    #expect(try TrialPairs(equal, coded).points.joinedPairs.count == 5)
    let retrained = try side(.coded) { $0.environment.models = ["digits": "c", "digits_parity": "b"] }
    #expect(self.failure { try TrialPairs(equal, retrained) }?.description.contains("(models.digits)") == true)
  }

  @Test("take a trial that was measured again in place of an INVALID one, which is named")
  func again() throws {
    for isAgainFirst in [false, true] {
      for isOfFirst in [false, true] {
        var sides = [try side(.equal), try side(.coded)]
        let which = isOfFirst ? 0 : 1
        (sides[which].trials[2].summary.verdict, sides[which].trials[2].summary.reasons) = (.invalid, ["late"])
        let invalid = sides[which].trials[2].path
        let mode = sides[which].trials[2].trial.mode
        let again = try Self.measured("again", mode: mode, repetition: 2)
        sides[which].trials.insert(again, at: isAgainFirst ? 0 : 5)
        let pairs = try TrialPairs(sides[0], sides[1])
        #expect(pairs.points.joinedPairs.count == 5)
        #expect(pairs.points.joinedPairs.contains { $0.a.path == "again" || $0.b.path == "again" })
        #expect(pairs.leftOut == [.init(results: invalid, reason: "INVALID: late")])
      }
    }
  }

  @Test("cannot be made of two results of one trial, nor across a setting that is none")
  func mistakes() throws {
    var twice = try side(.equal)
    twice.trials.append(try Self.measured("r/equal/again", mode: .equal, repetition: 2))
    let failure = try #require(failure { try TrialPairs(twice, try side(.coded)) })
    #expect(
      failure.description.contains("two results of the same trial") && failure.description.contains("r/equal/again"))
    let unknown = self.failure { try TrialPairs(try side(.equal), try side(.coded), across: ["send_rates"]) }
    #expect(unknown?.exitCode == .usage && unknown?.description.contains("did you mean send_rate?") == true)
    #expect(self.failure { try TrialPairs(try side(.equal), try side(.coded), across: ["trial"]) }?.exitCode == .usage)
    let shifted = try side(.coded) { $0.trial.repetition += 10 }
    let repetitions = self.failure { try TrialPairs(try side(.equal), shifted) }
    #expect(repetitions?.description.hasSuffix("Measure the same repetitions of both.") == true)
  }

  @Test("hold each VALID trial that has a partner once, whatever is missing, INVALID or shuffled", arguments: 0..<60)
  func everyTrialOnce(seed: Int) throws {
    var generator = Xoshiro256(seed: UInt64(seed))
    let rates = [50.0, 100, 200].prefix(1 + Int(generator.next() % 3))
    func side(_ mode: RedundancyMode) throws -> ComparedSide {
      var trials: [MeasuredTrial] = []
      for rate in rates {
        for repetition in 0..<4 where generator.nextUniform() < 0.8 {
          var trial = try Self.measured("\(mode) \(rate) \(repetition)", mode: mode, repetition: repetition, rate: rate)
          if generator.nextUniform() < 0.2 { trial.summary.verdict = .invalid }
          trials.append(trial)
        }
      }
      return ComparedSide(name: mode.rawValue, trials: trials.shuffled(using: &generator))
    }
    let (a, b) = (try side(.equal), try side(.coded))
    struct Place: Hashable {
      var rate: Double
      var repetition: Int
      init(_ trial: Trial) { (rate, repetition) = (trial.rate, trial.repetition) }
    }
    func places(_ trials: [MeasuredTrial]) -> Set<Place> { Set(trials.map { Place($0.trial) }) }
    func isValid(_ trial: MeasuredTrial) -> Bool { trial.summary.verdict == .valid }
    let both = places(a.trials).intersection(places(b.trials))
    guard !both.isEmpty else {
      #expect(failure { try TrialPairs(a, b) } != nil)
      return
    }
    let pairs = try TrialPairs(a, b)
    let joined = pairs.points.joinedPairs
    #expect(Set(joined.map { Place($0.a.trial) }).count == joined.count)
    #expect(
      joined.allSatisfy { Place($0.a.trial) == Place($0.b.trial) && isValid($0.a) && isValid($0.b) && $0.sharesLoad })
    #expect(places(a.trials.filter(isValid)).intersection(places(b.trials.filter(isValid))) == places(joined.map(\.a)))
    for point in pairs.points { #expect(Set(point.pairs.map(\.a.trial.rate)).count == 1) }
    #expect(Set(pairs.points.map { $0.pairs[0].a.trial.rate }).count == pairs.points.count)
    // What is INVALID or alone is named, once, and nothing else is.
    let named =
      a.trials.filter { !both.contains(Place($0.trial)) } + b.trials.filter { !both.contains(Place($0.trial)) }
      + (a.trials + b.trials).filter { both.contains(Place($0.trial)) && !isValid($0) }
    #expect(pairs.leftOut.map(\.results).sorted() == named.map(\.path).sorted())
  }

  @Test("of folders are named by what tells the folders apart")
  func names() {
    #expect(FolderNames.apart(["r/mode_equal/it_0/0", "r/mode_coded/it_0/0"]) == ["mode_equal", "mode_coded"])
    #expect(FolderNames.apart(["a/x/0", "a/x/after"]) == ["0", "after"])
    #expect(FolderNames.apart(["/tmp/a", "b"]) == ["tmp/a", "b"])
    #expect(FolderNames.apart(["a/b", "a"]) == ["a/b", "a"])
    #expect(FolderNames.apart(["r/a/b/0", "r/b/0"]) == ["r/a/b/0", "r/b/0"])
  }
}
