import Serving
import Testing

@testable import Runner

@Suite("A sweep")
struct SweepTests {
  /// Two of everything.
  static func everyListTwice() throws -> Sweep {
    Sweep(
      try Sample.experiment(
        [
          "background_traffic": "[0, 4]", "batch_sizes": "[1, 2]", "ec_k_val": "[2, 3]", "num_models": "6",
          "queue_modes": #"["single_queue", "rr"]"#, "send_rates": "[10, 20.5]", "num_trials": "2",
        ], place: .anywhere))
  }

  @Test("runs in the order background > batch > k > queue > rate > trial > mode")
  func order() throws {
    let trials = try Self.everyListTwice().trials
    #expect(trials.count == 128)
    for (index, trial) in trials.enumerated() {
      func second(_ bit: Int) -> Bool { index >> bit & 1 == 1 }
      #expect(trial.index == index)
      #expect(trial.mode == (second(0) ? .coded : .equal))
      #expect(trial.repetition == (second(1) ? 1 : 0))
      #expect(trial.rate == (second(2) ? 20.5 : 10))
      #expect(trial.queueMode == (second(3) ? .roundRobin : .singleQueue))
      #expect(trial.k == (second(4) ? 3 : 2))
      #expect(trial.batchSize == (second(5) ? 2 : 1))
      #expect(trial.background == .shuffles(second(6) ? 4 : 0))
    }
  }

  @Test("keeps modes of the order in which the experiment lists them")
  func listOrder() throws {
    let sweep = Sweep(try Sample.experiment(["redundancy_modes": #"["cheap", "none", "coded"]"#]))
    #expect(sweep.trials.map(\.mode) == [.cheap, .none, .coded])
  }

  @Test("compares modes on one load, and draws another for anything else")
  func seeds() throws {
    let trials = try Self.everyListTwice().trials
    let byMode = Dictionary(grouping: trials, by: \.mode).mapValues { $0.map(\.seed) }
    #expect(byMode[.equal] == byMode[.coded])
    #expect(Set(trials.map(\.seed)).count == 64)
  }

  @Test(
    "draws another load for any other key",
    arguments: [
      "seed": "2", "num_queries": "101", "num_clients": "2", "num_models": "4", "warmup_batches": "8",
      "arrivals": #"{"kind": "uniform"}"#, "model": #""dummy""#, "worker_type": #""c5.large""#, "slo_ms": "200",
      "experiment_id": #""other""#, "max_in_flight": "5", "batch_timeout_ms": "5",
      "slowdowns": #"[{"probability": 0.1, "added_ms": 5}]"#,
    ])
  func seedsOfKeys(key: String, value: String) throws {
    let plain = try Sample.experiment()
    let changed = try Sample.experiment([key: value])
    #expect(Sweep(plain).trials[0].seed != Sweep(changed).trials[0].seed)
  }

  @Test("draws another load for another copy of it, and the same one for copy 0")
  func copies() throws {
    let experiment = try Sample.experiment(["seed": "9223372036854775807"])
    #expect(Sweep(experiment.copy(0)) == Sweep(experiment))
    #expect(Sweep(experiment.copy(1)).trials[0].seed != Sweep(experiment).trials[0].seed)
  }

  @Test("has seeds that stay the same for ever")
  func stableSeeds() throws {
    #expect(LoadSeed.fnv1a("") == 0xcbf2_9ce4_8422_2325)
    #expect(LoadSeed.fnv1a("foobar") == 0x8594_4171_f739_67e8)
    #expect(LoadSeed.mixed(0) == 0xe220_a839_7b1d_cdaf)
  }

  @Test("counts queries as the original: 100 of them and 204 before")
  func counts() throws {
    let trial = Sweep(try Sample.experiment()).trials[0]
    #expect((trial.warmupQueries, trial.measuredQueries, trial.totalQueries) == (204, 100, 304))
  }

  @Test("rounds the warm-up up to whole groups, and measures as many queries with every batch size")
  func wholeGroups() throws {
    let trials = Sweep(
      try Sample.experiment([
        "warmup_batches": "50", "ec_k_val": "[2, 4]", "num_models": "4", "batch_sizes": "[1, 3]",
        "redundancy_modes": #"["none"]"#,
      ])
    ).trials
    #expect(trials.map(\.warmupQueries) == [50, 52, 150, 156])
    #expect(trials.allSatisfy { $0.measuredQueries == 300 })
    #expect(trials.allSatisfy { $0.warmupQueries % ($0.k * $0.batchSize) == 0 })
  }

  @Test(
    "knows the instances of each mode",
    arguments: [
      (RedundancyMode.none, [Pool.base: 7]), (.equal, [.base: 9]), (.coded, [.base: 7, .parity(0): 2]),
      (.cheap, [.base: 7, .approximate: 2]),
    ])
  func instances(mode: RedundancyMode, pools: [Pool: Int]) throws {
    let trial = try #require(
      Sweep(
        try Sample.experiment([
          "model": #""digits""#, "num_models": "7", "ec_k_val": "[3]",
          "redundancy_modes": #"["\#(mode.rawValue)"]"#,
        ])
      ).trials.first)
    #expect(Dictionary(grouping: trial.instances, by: \.pool).mapValues(\.count) == pools)
    #expect(trial.instances.map(\.number) == Array(0..<trial.instances.count))
    #expect(trial.instances.count == 7 + trial.redundantInstances)
    let redundant = Set(trial.instances.filter { $0.pool != .base }.map(\.model))
    #expect(redundant == (mode == .coded ? ["digits_parity_k3"] : mode == .cheap ? ["digits_cheap"] : []))
  }
}
