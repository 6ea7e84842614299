import Control
import Serving
import Testing

@testable import Runner

@Suite("The faults of a trial")
struct FaultPlanTests {
  private static let modes = RedundancyMode.allCases

  /// Any faults at any time of any target, drawn from `seed`.
  private static func drawn(_ seed: UInt64) -> Trial {
    var random = Xoshiro256(seed: seed)
    func below(_ count: Int) -> Int { Int(random.nextUniform() * Double(count)) }
    var trial = Trial.sample(mode: modes[below(modes.count)])
    trial.seed = seed
    trial.numModels = 2 + below(20)
    trial.numClients = 1 + below(4)
    trial.faults = (0..<below(40)).map { _ in
      let action = Fault.Action.allCases[below(8)]
      let target: FaultTarget =
        switch below(6) {
        case 0: .redis
        case 1: .frontend
        case 2, 3: .random
        default: .numbered(role: FaultTarget.Role.allCases[below(4)], number: below(40))
        }
      return Fault(
        // Many at the same instant.
        at_s: Double(below(12)) / 2, action: action, target: target,
        delay_ms: action == .delay ? Double(below(3)) : nil, factor: action == .slow ? Double(1 + below(3)) : nil)
    }
    return trial
  }

  @Test("strike in the order of time, those of an instant as they are listed, each once", arguments: 0..<200)
  func order(seed: UInt64) {
    let trial = Self.drawn(seed)
    let plan = FaultPlan(trial, load_s: 4)
    let faults = trial.faults ?? []
    let expected = faults.indices.sorted { (faults[$0].at_s, $0) < (faults[$1].at_s, $1) }.map { faults[$0] }
    #expect(plan.entries.map(\.fault) == expected)
    #expect(plan == FaultPlan(trial, load_s: 4))
    let carriedOut = plan.byComponent.values.joined()
    #expect(carriedOut.count == plan.entries.count { $0.omission == nil })
    for (component, entries) in plan.byComponent {
      #expect(entries.allSatisfy { $0.component == component && $0.fault.at_s < 4 })
      #expect(entries.map(\.fault.at_s) == entries.map(\.fault.at_s).sorted())
    }
  }

  @Test("strike components that the trial has, and omit the others with the reason", arguments: 0..<200)
  func targets(seed: UInt64) {
    let trial = Self.drawn(seed)
    let clients = (0..<trial.numClients).map { Component(role: "client", $0) }
    let bases = Set((0..<trial.numModels).map { Component(role: "worker", $0) })
    // A sample has no redundant models, so its redundant instances are those of the numbers.
    let redundant = FaultTarget.Role.allCases.filter(\.isInstance).flatMap { role in
      trial.numbers(of: role).map { Component(role: role.rawValue, $0) }
    }
    let known = Set([.redis, .frontend] + clients + redundant)
    for entry in FaultPlan(trial, load_s: 4).entries {
      if let component = entry.component {
        #expect(known.contains(component))
        #expect((entry.omission == nil) == (entry.fault.at_s < 4))
        if entry.fault.target == .random { #expect(bases.contains(component)) }
      } else {
        #expect(entry.omission == "no such target in this mode")
        #expect(trial.component(entry.fault.target) == nil)
      }
    }
  }

  @Test("at random strike every base instance before one twice, and undo what struck last", arguments: 0..<100)
  func random(seed: UInt64) {
    var trial = Trial.sample()
    (trial.numModels, trial.seed) = (7, seed)
    trial.faults = (0..<14).flatMap { second in
      [
        Fault(at_s: Double(second), action: .kill, target: .random),
        Fault(at_s: Double(second) + 0.5, action: .restart, target: .random),
      ]
    }
    let struck = FaultPlan(trial, load_s: 100).entries.compactMap(\.component)
    #expect(struck.count == 28)
    for pair in 0..<14 { #expect(struck[2 * pair] == struck[2 * pair + 1]) }
    let kills = stride(from: 0, to: 28, by: 2).map { struck[$0] }
    #expect(Set(kills.prefix(7)).count == 7 && Set(kills.suffix(7)).count == 7)
  }

  @Test("at random strike the same in all modes of a point, and others with another seed")
  func randomAcrossModes() {
    func struck(_ mode: RedundancyMode, _ seed: UInt64) -> [Component?] {
      var trial = Trial.sample(mode: mode)
      (trial.numModels, trial.seed) = (12, seed)
      trial.faults = (0..<6).map { Fault(at_s: Double($0), action: .pause, target: .random) }
      return FaultPlan(trial, load_s: 100).entries.map(\.component)
    }
    for mode in Self.modes { #expect(struck(mode, 3) == struck(.none, 3)) }
    #expect(Set((0..<20).map { struck(.none, $0) }).count > 15)
  }

  @Test("know redundant instances by the numbers of the logs, and below num_models by their place")
  func redundantNumbers() {
    var trial = Trial.sample(mode: .coded)
    (trial.numModels, trial.parities) = (4, 2)
    func component(_ text: String) -> String? { FaultTarget(text).flatMap { trial.component($0) }?.name }
    #expect(component("parity/4") == "parity/4" && component("parity/7") == "parity/7")
    #expect(component("parity/0") == "parity/4" && component("parity/3") == "parity/7")
    #expect(component("parity/8") == nil && component("worker/4") == nil && component("approximate/0") == nil)
    trial.mode = .cheap
    #expect(component("approximate/1") == "approximate/5" && component("parity/4") == nil)
    trial.mode = .equal
    #expect(component("worker/5") == "worker/5" && component("worker/6") == nil)
  }

  @Test("tell whom the trial waits for, and whether it is cut off for a time")
  func awaited() {
    let components = [Component.frontend, .redis, Component("client/3"), Component("worker/0"), Component("parity/4")]
    #expect(components.map(FaultPlan.isAwaited) == [true, false, true, false, false])
    func cuts(_ target: FaultTarget, _ action: Fault.Action = .partition, at_s: Double = 1) -> Bool {
      var trial = Trial.sample()
      trial.faults = [Fault(at_s: at_s, action: action, target: target)]
      return FaultPlan(trial, load_s: 2).cutsAwaited
    }
    #expect(cuts(.frontend) && cuts(.numbered(role: .client, number: 0)))
    #expect(!cuts(.redis) && !cuts(.random) && !cuts(.frontend, .pause) && !cuts(.frontend, at_s: 2))
  }

  @Test("name what they do to a component's life, its pace and its link")
  func effects() {
    var trial = Trial.sample()
    let worker = FaultTarget.numbered(role: .worker, number: 1)
    trial.faults = [
      Fault(at_s: 3, action: .slow, target: worker, factor: 1),
      Fault(at_s: 1, action: .slow, target: worker, factor: 8),
      Fault(at_s: 2, action: .delay, target: .redis, delay_ms: 3), Fault(at_s: 2, action: .restart, target: worker),
      Fault(at_s: 1, action: .kill, target: .frontend),
    ]
    let plan = FaultPlan(trial, load_s: 100)
    #expect(plan.paces(of: Component("worker/1")) == [8, 1])
    #expect(plan.delays(of: .redis) == [3] && plan.delays(of: Component("worker/1")).isEmpty)
    #expect(plan.hasLink(.redis) && !plan.hasLink(Component("worker/1")))
    #expect(plan.askedEnds.kills == [.frontend] && plan.askedEnds.restarts[Component("worker/1")] == 1)
  }
}
