import Serving

/// The keys of the original that have a shape of their own.
extension ExperimentReader {
  mutating func s3Path() -> String? {
    let allowed = "a string (without effect)"
    guard let field = required(.s3_path, allowed: allowed) else { return nil }
    guard case .string(let text) = field.node.value else {
      problems.add(field, allowed: allowed)
      return nil
    }
    return text
  }

  mutating func queueModes() -> [QueueMode]? {
    list(.queue_modes, of: "\"single_queue\" or \"rr\"") { $0.choice(QueueMode.self, problems: &$1) }
  }

  mutating func redundancyModes() -> [RedundancyMode]? {
    let words = RedundancyMode.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    return list(.redundancy_modes, of: "of \(words)") { $0.choice(RedundancyMode.self, problems: &$1) }
  }

  mutating func sendRates() -> [Double]? {
    list(.send_rates, of: "number > 0 (queries/s)") {
      $0.number(0...1_000_000, isOpen: true, unit: " (queries/s)", problems: &$1)
    }
  }

  /// k from 2 to `num_models`: more would leave `num_models / k` redundant instances at 0.
  mutating func kValues(numModels: Int?) -> [Int]? {
    let allowed = "an integer from 2 to num_models" + (numModels.map { " (\($0))" } ?? "")
    return list(.ec_k_val, of: "integer from 2 to num_models") {
      $0.integer(2...max(2, numModels ?? Int.max), allowed: allowed, problems: &$1)
    }
  }

  mutating func backgroundTraffic() -> [Background]? {
    let rule = "an integer from 0 to 1000 or \"clipper\""
    return list(.background_traffic, of: rule) { field, problems in
      if case .string("clipper") = field.node.value { return .clipper }
      return field.integer(0...1000, allowed: rule, problems: &problems).map { .shuffles($0) }
    }
  }

  /// Only the second tenant has a rate of its own, and only for two types of machines it is known.
  mutating func readBackgroundRate(into experiment: inout Experiment) {
    let rule = "a number > 0 (queries/s of the second tenant)"
    let tenants = experiment.backgroundTraffic.firstIndex(of: .clipper)
    if let field = optional(.background_rate) {
      experiment.backgroundRate = field.number(
        0...1_000_000, isOpen: true, unit: " (queries/s of the second tenant)", problems: &problems)
      if tenants == nil, !experiment.backgroundTraffic.isEmpty {
        problems.add(field, "without effect unless background_traffic has \"clipper\"; leave it out")
      }
    } else if let tenants, !experiment.workerType.isEmpty, experiment.secondTenantRate == nil,
      let field = optional(.background_traffic), case .array(let nodes) = field.node.value, tenants < nodes.count
    {
      let known = Background.secondTenantRates.keys.sorted().joined(separator: " and ")
      problems.add(
        Field(keyPath: "background_traffic[\(tenants)]", node: nodes[tenants]),
        "found \"clipper\", whose rate is known for worker_type \(known) only; add background_rate, \(rule)")
    }
  }
}
