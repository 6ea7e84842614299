import Serving
import Testing

@testable import Simulation

@Suite("A fault in a simulated trial")
struct FaultTests {
  private let second: Int64 = 1_000_000_000

  /// 20 s of load at half of what is there, constant service, and what befalls worker 0.
  private func run(
    _ mode: RedundancyMode, _ faults: [SimulatedFault], queueMode: QueueMode = .singleQueue
  ) throws -> (trial: SimulatedTrial, outcome: SimulationOutcome) {
    var trial = Trials.usual(mode, queueMode: queueMode, base: 4, rate_per_s: 200, total: 4000, kind: .constant)
    trial.faults = faults
    return (trial, try Simulation.run(trial))
  }

  private func fault(_ seconds: Double, _ action: SimulatedFault.Action) -> SimulatedFault {
    SimulatedFault(time_ns: Int64(seconds * 1e9), action, worker: 0)
  }

  /// When worker 0 was sent queries.
  private func dispatches_s(_ outcome: SimulationOutcome) -> [Double] {
    outcome.queries.filter { $0.worker == 0 }.map { Double($0.dispatched_ns) / 1e9 }.sorted()
  }

  @Test(
    "kills a worker for good; its batch goes to another at once, and no query is lost",
    arguments: [RedundancyMode.none, .coded, .equal])
  func kill(mode: RedundancyMode) throws {
    let (trial, outcome) = try run(mode, [fault(5.001, .kill)])
    #expect(outcome.queries.allSatisfy { $0.source == .own || $0.source == .reconstructed })
    #expect(outcome.workersLost == 1 && outcome.requeued <= 1)
    #expect((dispatches_s(outcome).last ?? 99) < 5.002)
    // Whoever held the batch for longer than its service time would be seen here.
    #expect((outcome.latencies_ms(trial).last ?? 0) < 200)
  }

  @Test("restarts a worker, which is back after a second")
  func restart() throws {
    let (_, outcome) = try run(.none, [fault(5, .restart)])
    let dispatches = dispatches_s(outcome)
    #expect(!dispatches.contains { (5.001..<6).contains($0) })
    #expect(dispatches.contains { (6..<6.2).contains($0) })
    #expect(outcome.workersLost == 1)
    #expect(outcome.queries.allSatisfy { $0.source == .own })
  }

  @Test("finds no worker that has ended: nothing but a restart can be done to it, as in a run")
  func ended() throws {
    let (_, outcome) = try run(
      .none,
      [
        fault(2, .kill), fault(3, .kill), fault(4, .pause), fault(5, .restart), fault(5.5, .slow(factor: 2)),
        fault(8, .pause), fault(8.5, .resume), fault(9, .restart), fault(9.1, .kill), fault(9.2, .heal),
      ])
    #expect(outcome.faultsFailed == [1, 2, 9])
    #expect(!dispatches_s(outcome).contains { $0 > 9.001 })
  }

  @Test(
    "pauses a worker that still starts: it stands still all the same, and goes on with its start when it is resumed")
  func pausedStart() throws {
    let start = [fault(5, .restart), fault(5.4, .pause)]
    let (_, stopped) = try run(.none, start)
    #expect(stopped.faultsFailed.isEmpty && stopped.workersLost == 1)
    #expect(!dispatches_s(stopped).contains { $0 > 5.001 })
    #expect(stopped.queries.allSatisfy { $0.source == .own })
    // 0.6 s of its start are left at 8 s.
    let resumed = dispatches_s(try run(.none, start + [fault(8, .resume)]).outcome)
    #expect(!resumed.contains { (5.001..<8.6).contains($0) })
    #expect(resumed.contains { (8.6..<8.8).contains($0) })
    // It can be killed where it stands, and is started again like any other.
    let killed = try run(.none, start + [fault(6, .kill), fault(7, .slow(factor: 2)), fault(9, .restart)]).outcome
    #expect(killed.faultsFailed == [3])
    #expect(dispatches_s(killed).contains { (10..<10.2).contains($0) })
  }

  @Test("pauses a worker for less than the silence that gives it up: its batch is late, and nothing else happens")
  func shortPause() throws {
    let (trial, outcome) = try run(.none, [fault(5, .pause), fault(5.6, .resume)], queueMode: .roundRobin)
    #expect(outcome.workersLost == 0 && outcome.requeued == 0)
    let longest = outcome.latencies_ms(trial).last ?? 0
    #expect(longest > 500 && longest < 700)
  }

  @Test(
    "pauses a worker for longer: it is given up after a second, its batch goes to another, and it joins when it goes on",
    arguments: [SimulatedFault.Action.pause, .partition])
  func longPause(action: SimulatedFault.Action) throws {
    let end: SimulatedFault.Action = action == .pause ? .resume : .heal
    let (trial, outcome) = try run(.none, [fault(5, action), fault(9, end)])
    #expect(outcome.workersLost == 1 && outcome.requeued == 1)
    let dispatches = dispatches_s(outcome)
    #expect(!dispatches.contains { (5.1..<9.1).contains($0) })
    #expect(dispatches.contains { (9.1..<9.3).contains($0) })
    let longest = outcome.latencies_ms(trial).last ?? 0
    // What it held had come at most a service time before.
    #expect(longest > 985 && longest < 1100)
    #expect(outcome.queries.allSatisfy { $0.source == .own })
  }

  @Test("cuts a worker off for a moment: what waited at the cut passes when it heals")
  func shortPartition() throws {
    let (trial, outcome) = try run(.none, [fault(5, .partition), fault(5.5, .heal)])
    #expect(outcome.workersLost == 0)
    #expect(outcome.queries.allSatisfy { $0.source == .own })
    let longest = outcome.latencies_ms(trial).last ?? 0
    #expect(longest > 400 && longest < 600)
  }

  @Test("kills a worker behind a cut: the frontend learns of it by its silence, since no link is left that could heal")
  func killBehindCut() throws {
    let silent = try run(.none, [fault(5, .partition), fault(5.2, .kill)])
    #expect(silent.outcome.workersLost == 1 && silent.outcome.queries.allSatisfy { $0.source == .own })
    #expect(silent.outcome.latencies_ms(silent.trial).last ?? 0 > 985)
    let healed = try run(.none, [fault(5, .partition), fault(5.2, .kill), fault(5.4, .heal)])
    #expect(healed.outcome.faultsFailed == [2])
    #expect(healed.outcome.latencies_ms(healed.trial) == silent.outcome.latencies_ms(silent.trial))
    // It comes back with a link of its own, and nobody hears of the old one any more.
    let restarted = try run(.none, [fault(5, .partition), fault(5.2, .restart)])
    #expect(restarted.outcome.workersLost == 1 && restarted.outcome.queries.allSatisfy { $0.source == .own })
    #expect(restarted.outcome.latencies_ms(restarted.trial).last ?? 0 > 985)
    #expect(dispatches_s(restarted.outcome).contains { $0 > 6.3 })
  }

  @Test("starts a worker again as it was at first, and a heal ends a delay")
  func fresh() throws {
    func last_ms(_ faults: [SimulatedFault]) throws -> Int64? {
      try run(.none, faults).outcome.queries.last { $0.worker == 0 }.map { ($0.own_ns - $0.dispatched_ns) / 1_000_000 }
    }
    #expect(try last_ms([fault(2, .slow(factor: 3)), fault(3, .restart)]) == 10)
    #expect(try last_ms([fault(2, .delay(ns: 7_000_000)), fault(3, .restart)]) == 10)
    #expect(try last_ms([fault(2, .delay(ns: 7_000_000)), fault(3, .heal)]) == 10)
    #expect(try last_ms([fault(2, .delay(ns: 7_000_000))]) == 17)
  }

  @Test("delays what a worker sends and slows what begins afterwards")
  func delayAndSlow() throws {
    func services_ms(_ faults: [SimulatedFault]) throws -> Set<Int64> {
      let outcome = try run(.none, faults).outcome
      return Set(
        outcome.queries.filter { $0.worker == 0 && $0.dispatched_ns > 6 * second }
          .map { ($0.own_ns - $0.dispatched_ns) / 1_000_000 })
    }
    #expect(try services_ms([]) == [10])
    #expect(try services_ms([fault(5, .delay(ns: 7_000_000))]) == [17])
    #expect(try services_ms([fault(5, .slow(factor: 3))]) == [30])
    #expect(try services_ms([fault(5, .slow(factor: 3)), fault(5.5, .slow(factor: 1))]) == [10])
  }

  @Test("leaves queries without an instance to their deadline")
  func allDead() throws {
    var trial = Trials.usual(.none, base: 2, rate_per_s: 50, total: 400, deadline: .seconds(2))
    trial.faults = [0, 1].map { SimulatedFault(time_ns: second, .kill, worker: $0) }
    let outcome = try Simulation.run(trial)
    #expect(outcome.queries.allSatisfy { $0.source != nil })
    #expect(outcome.queries.last?.source == .default)
  }

  @Test("of any kind at any time, several together, loses no query that anyone could answer")
  func hostile() throws {
    for seed in 1...300 as ClosedRange<UInt64> {
      var random = Xoshiro256(seed: seed, stream: 5)
      let mode = RedundancyMode.allCases[random.number(below: RedundancyMode.allCases.count)]
      var trial = Trials.usual(
        mode, queueMode: QueueMode.allCases[random.number(below: 2)], base: 4, rate_per_s: 150, total: 600,
        seed: seed, deadline: .seconds(30))
      let actions: [SimulatedFault.Action] = [
        .kill, .restart, .pause, .resume, .partition, .heal, .delay(ns: 5_000_000), .slow(factor: 4),
      ]
      trial.faults = (0..<random.number(below: 12)).map { _ in
        SimulatedFault(
          time_ns: Int64(random.number(below: 4_000_000)) * 1000, actions[random.number(below: actions.count)],
          worker: random.number(below: trial.workers.count))
      }
      // In the end everybody is there again.
      for worker in trial.workers.indices {
        for action in [SimulatedFault.Action.heal, .resume, .restart] {
          trial.faults.append(SimulatedFault(time_ns: 5 * second, action, worker: worker))
        }
      }
      if random.number(below: 2) == 0 { trial.background = .shuffles(3, hosts: trial.workers.count) }
      let outcome = try Simulation.run(trial)
      // A batch whose second instance went as well has failed: that is the policy's promise.
      let lost = outcome.queries.count { $0.source == nil || $0.source == .default }
      #expect(lost == 0, "seed \(seed), \(mode): \(lost) queries, \(trial.faults)")
    }
  }
}
