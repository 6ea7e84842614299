import Serving
import Testing

@testable import Simulation

@Suite("A simulated trial")
struct SimulationTests {
  /// Everything that a simulation can have, at once.
  private var everything: SimulatedTrial {
    var trial = Trials.usual(.coded, rate_per_s: 900)
    trial.slowdowns = [
      Slowdown(probability: 0.02, added_ms: 80), Slowdown(workers: [1, 13], probability: 0.1, factor: 4),
    ]
    trial.background = .shuffles(5, hosts: 20)
    trial.faults = [
      SimulatedFault(time_ns: 500_000_000, .kill, worker: 3), SimulatedFault(time_ns: 900_000_000, .pause, worker: 5),
      SimulatedFault(time_ns: 1_200_000_000, .delay(ns: 3_000_000), worker: 7),
      SimulatedFault(time_ns: 1_500_000_000, .restart, worker: 3),
      SimulatedFault(time_ns: 2_500_000_000, .resume, worker: 5),
    ]
    return trial
  }

  @Test("goes the same way again, and another way from another seed")
  func replay() throws {
    let digest = try Simulation.run(everything).digest
    #expect(try Simulation.run(everything).digest == digest)
    var other = everything
    other.load.seed = 2
    #expect(try Simulation.run(other).digest != digest)
  }

  @Test("goes the same way on every machine: its golden digest")
  func golden() throws {
    var tenant = Trials.usual(.replicated)
    tenant.background = .tenant(
      instances: 3, hosts: 18, rate_per_s: 60, service: ServiceModel(ServiceTime(median_ms: 20)))
    let trials = [
      everything, Trials.usual(.hedged, queueMode: .roundRobin), Trials.usual(.cheap, kind: .exponential), tenant,
    ]
    let digests = try trials.map { try Simulation.run($0).digest }
    #expect(
      digests == [
        99_299_689_407_204_709, 12_125_005_103_473_320_308, 10_405_865_733_353_418_030, 4_602_869_371_803_629_663,
      ])
  }

  @Test(
    "answers every query once, in every mode and both queue modes, and none before it can have been",
    arguments: RedundancyMode.allCases)
  func answers(mode: RedundancyMode) throws {
    for queueMode in QueueMode.allCases {
      let trial = Trials.usual(mode, queueMode: queueMode, rate_per_s: 300)
      let outcome = try Simulation.run(trial)
      for (query, simulated) in zip(outcome.schedule.queries, outcome.queries) {
        let arrived_ns = query.offset.nanoseconds + 50_000
        #expect(simulated.source != nil && simulated.source != .failed && simulated.source != .default)
        #expect(simulated.completed_ns > arrived_ns)
        if simulated.source == .own {
          // There and back, and what 1000 and 40 bytes take at least.
          #expect(simulated.own_ns - simulated.dispatched_ns > 5_000_000 + 100_000 + 8_320)
          #expect(simulated.completed_ns == simulated.own_ns)
        }
      }
      #expect(outcome.requeued == 0 && outcome.workersLost == 0)
    }
  }

  @Test("without shuffles and faults takes the short way of a job; the long way ends at the same nanosecond")
  func ways() throws {
    for mode in RedundancyMode.allCases {
      let short = Trials.usual(mode, rate_per_s: 900)
      var long = short
      // A fault that changes nothing, long after the end.
      long.faults = [SimulatedFault(time_ns: 1_000_000_000_000, .resume, worker: 0)]
      #expect(try Simulation.run(short).digest == Simulation.run(long).digest, "\(mode)")
    }
  }

  @Test("refuses queries beyond those that may be in flight, and defaults those at their deadline")
  func limits() throws {
    var trial = Trials.usual(.none, rate_per_s: 5000)
    trial.maxInFlight = 20
    let refused = try Simulation.run(trial)
    #expect(refused.queries.contains { $0.source == .failed })
    #expect(refused.queries.allSatisfy { $0.source != nil })
    trial = Trials.usual(.none, rate_per_s: 5000, deadline: .milliseconds(30))
    let late = try Simulation.run(trial)
    #expect(late.queries.contains { $0.source == .default })
    #expect((late.latencies_ms(trial).last ?? 0) <= 30)
  }

  @Test("is given up when nobody wants it any more")
  func cancelled() {
    #expect(throws: CancellationError.self) {
      try Simulation.run(Trials.usual(.none, total: 100_000)) { true }
    }
  }

  @Test("ends with 15,000 instances too, in both queue modes")
  func manyInstances() throws {
    for queueMode in QueueMode.allCases {
      let trial = Trials.usual(.coded, queueMode: queueMode, base: 10_000, rate_per_s: 500_000, total: 50_000)
      let outcome = try Simulation.run(trial)
      #expect(outcome.queries.allSatisfy { $0.source != nil })
    }
  }
}
