import Foundation
import Serving
import Simulation
import Testing

@testable import Runner

@Suite("The end of a trial's load")
struct ScheduleLengthsTests {
  private let files = FileCheck(locator: FileLocator(experiment: "/nowhere/x.json", currentFolder: "/"))

  private func length_s(_ trial: Trial) throws -> Double {
    var lengths = ScheduleLengths(files: files)
    return try lengths.length_s(of: trial)
  }

  /// What a client draws.
  private func drawn_s(_ trial: Trial, _ process: Load.Process = .poisson) throws -> Double {
    let load = Load(
      seed: trial.seed, rate_per_s: trial.rate, clients: trial.numClients, total: trial.totalQueries,
      warmup: trial.warmupQueries, process: process, samples: 7)
    return (try Schedule(load).queries.last?.offset ?? .zero) / .seconds(1)
  }

  @Test("is that of the schedule which its clients draw, in every mode, and not queries by rate")
  func drawn() throws {
    let trials = Sweep(try Sample.experiment(["num_clients": "3", "num_trials": "3"])).trials
    var lengths = ScheduleLengths(files: files)
    for trial in trials {
      let (found_s, expected_s) = (try lengths.length_s(of: trial), try drawn_s(trial))
      #expect(found_s == expected_s && found_s != trial.load_s)
    }
    let different = Set(try trials.map { try length_s($0) })
    #expect(different.count == 3)
    let uniform = Sweep(try Sample.experiment(["arrivals": #"{"kind": "uniform"}"#])).trials[0]
    let (found_s, expected_s) = (try length_s(uniform), try drawn_s(uniform, .uniform))
    #expect(found_s == expected_s)
  }

  @Test("is what a trace says, of as many queries as the trial sends")
  func trace() throws {
    try withTemporaryFolder { folder in
      try Data("1\n2.5\n4\n80\n".utf8).write(to: folder.appending(path: "trace"))
      var trial = Trial.sample()
      (trial.arrivals, trial.measuredQueries, trial.warmupQueries) = (.trace(file: "trace"), 2, 1)
      var lengths = ScheduleLengths(
        files: FileCheck(locator: FileLocator(experiment: "x.json", currentFolder: folder.path)))
      let found_s = try lengths.length_s(of: trial)
      #expect(found_s == 4)
      trial.arrivals = .trace(file: "other")
      let other_s = try? lengths.length_s(of: trial)
      #expect(other_s == nil)
    }
  }

  @Test("is where faults end: refused past that of every trial, omitted past that of one in plan and simulation alike")
  func faults() throws {
    func sweep(_ at_s: Double) throws -> Sweep {
      let fault = #"[{"at_s": \#(at_s), "action": "kill", "target": "worker/0"}]"#
      return try SimulatedMeasuresTests.sweep(["num_trials": "2", "faults": fault])
    }
    let ends = try sweep(0.1).trials.map { try length_s($0) }
    let (first, last) = (try #require(ends.min()), try #require(ends.max()))
    #expect(throws: InvalidExperiment.self) { try sweep(last + 0.001) }
    let between = try sweep((first + last) / 2)
    let plan = PlanText(
      sweep: between, results: ResultPath(environment: .local, finalDir: "0", hasSeveralQueueModes: false),
      locator: files.locator
    ).text
    #expect(plan.contains("past the end of the load in trial"), "\(plan)")
    for trial in between.trials {
      let isOmitted = try length_s(trial) == first
      let (simulated, _) = try SimulatedMeasuresTests.simulated(trial)
      #expect(simulated.faults.isEmpty == isOmitted)
      let load_s = try length_s(trial)
      let entry = try #require(FaultPlan(trial, load_s: load_s).entries.first)
      #expect(entry.omission == (isOmitted ? "past the end of the load" : nil))
    }
  }
}
