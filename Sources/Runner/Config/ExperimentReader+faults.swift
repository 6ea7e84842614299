import Serving

/// `faults`: what is done to components while the load runs.
extension ExperimentReader {
  private static let faultRule = #"{"at_s": 10, "action": "kill", "target": "worker/0"}"#
  private static let mostFaults = 10_000

  mutating func readFaults() -> [Fault]? {
    guard let field = optional(.faults), field.node.value != .array([]) else { return nil }
    guard case .array(let nodes) = field.node.value, nodes.count <= Self.mostFaults else {
      problems.add(field, allowed: "a list of up to \(Self.mostFaults) such as \(Self.faultRule)")
      return nil
    }
    return nodes.enumerated().compactMap {
      readFault(Field(keyPath: "\(field.keyPath)[\($0.offset)]", node: $0.element))
    }
  }

  private mutating func readFault(_ field: Field) -> Fault? {
    let names = ["at_s", "action", "target", "delay_ms", "factor"]
    guard let members = field.members(known: names, allowed: Self.faultRule, problems: &problems) else { return nil }
    let at_s = members.required("at_s", allowed: "seconds from the start of the load", problems: &problems)?
      .number(0...NumberLines.maximumTrace_s, unit: " (s, from the start of the load)", problems: &problems)
    let words = Fault.Action.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    let action = members.required("action", allowed: words, problems: &problems)?
      .choice(Fault.Action.self, problems: &problems)
    let target = members.required("target", allowed: FaultTarget.rule, problems: &problems)
      .flatMap { readTarget($0) }
    guard let action else { return nil }
    let delay_ms = readAmount("delay_ms", of: .delay, in: members, action) { field, problems in
      field.number(0...60_000, unit: " (ms)", problems: &problems)
    }
    let factor = readAmount("factor", of: .slow, in: members, action) { field, problems in
      field.number(1...10_000, unit: "", problems: &problems)
    }
    guard let at_s, let target else { return nil }
    let fault = Fault(at_s: at_s, action: action, target: target, delay_ms: delay_ms, factor: factor)
    if let reason = fault.refusal, let field = members.optional("target") {
      problems.add(field, "found \(field.node.found); \(reason)")
    }
    return fault
  }

  private mutating func readTarget(_ field: Field) -> FaultTarget? {
    guard case .string(let text) = field.node.value, let target = FaultTarget(text) else {
      problems.add(field, allowed: FaultTarget.rule)
      return nil
    }
    return target
  }

  /// What one action alone is given, and has to be.
  private mutating func readAmount(
    _ key: String, of owner: Fault.Action, in members: Members, _ action: Fault.Action,
    _ read: (Field, inout ProblemList) -> Double?
  ) -> Double? {
    guard action == owner else {
      refuse(key, in: members, unless: "action is \"\(owner.rawValue)\"")
      return nil
    }
    let allowed = owner == .delay ? "milliseconds from 0 to 60000; 0 ends a delay" : "a number from 1 to 10000"
    return members.required(key, allowed: allowed, problems: &problems).flatMap { read($0, &problems) }
  }

  /// A fault has to strike somebody in at least one trial of the sweep, while its load runs.
  mutating func checkFaults(_ experiment: Experiment) {
    guard !experiment.faults.isEmpty, let field = optional(.faults), case .array(let nodes) = field.node.value,
      nodes.count == experiment.faults.count
    else { return }
    guard experiment.trialCount <= Self.maximumTrials else { return }
    let trials = Sweep(experiment).trials
    var lengths = ScheduleLengths(files: files)
    // A trace that cannot be read is told as such; of what has run, the files may be gone.
    func length_s(_ trial: Trial) -> Double {
      place == .past ? .infinity : (try? lengths.length_s(of: trial)) ?? .infinity
    }
    for (index, (fault, node)) in zip(experiment.faults, nodes).enumerated() {
      let having = trials.filter { fault.target == .random || $0.component(fault.target) != nil }
      guard !having.isEmpty else {
        problems.add(
          Self.member("target", of: node, "faults[\(index)]"),
          "found \"\(fault.target)\"; \(Self.targets(like: fault.target, in: trials))")
        continue
      }
      // Most often the first says so.
      guard !having.contains(where: { fault.at_s < length_s($0) }) else { continue }
      let end_s = ((having.map(length_s).max() ?? 0) * 1000).rounded(.down) / 1000
      problems.add(
        Self.member("at_s", of: node, "faults[\(index)]"),
        "found \(Number.text(fault.at_s)); the load of a trial that has \(fault.target) is over by then; allowed: a "
          + "number >= 0 and below \(Number.text(end_s)) (s, from the start of the load)")
    }
  }

  /// What there is of the role of a target that no trial has: redundant instances by their places as well.
  private static func targets(like target: FaultTarget, in trials: [Trial]) -> String {
    guard case .numbered(let role, _) = target else { return "no trial of the sweep has it" }
    let ranges = trials.map { $0.numbers(of: role) }.filter { !$0.isEmpty }
    guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max() else {
      return "no mode of the sweep has \(role.rawValue) instances; allowed: \(FaultTarget.rule)"
    }
    let places = trials.map { min($0.numbers(of: role).count, $0.numModels) }.max() ?? 0
    let byPlace = first > 0 && places > 0 ? "\(role.rawValue)/0 to \(role.rawValue)/\(places - 1), or " : ""
    return
      "allowed: \(byPlace)\(role.rawValue)/\(first) to \(role.rawValue)/\(last - 1), as many as the largest trial has"
  }

  private static func member(_ key: String, of node: JSONNode, _ path: String) -> Field {
    guard case .object(let members) = node.value, let member = members.first(where: { $0.key == key }) else {
      return Field(keyPath: path, node: node)
    }
    return Field(keyPath: "\(path).\(key)", node: member.node)
  }
}

extension Fault {
  /// Why the action makes no sense for the target; nil if it does.
  fileprivate var refusal: String? {
    switch (action, target) {
    case (.slow, _) where !target.isInstance:
      "\"slow\" makes the batches of a model take longer; allowed: worker/<n>, parity/<n>, approximate/<n>, random"
    case (.restart, .numbered(.client, _)):
      "the load of a client that ended is lost, and nobody sends it again; allowed for \"restart\": worker/<n>, "
        + "parity/<n>, approximate/<n>, redis, random"
    case (.restart, .frontend):
      "the records of the trial end with the frontend; allowed for \"restart\": worker/<n>, parity/<n>, "
        + "approximate/<n>, redis, random"
    default: nil
    }
  }
}
