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

  mutating func backgroundTraffic(workerType: String?) -> [Background]? {
    let rule = "an integer from 0 to 1000 or \"clipper\""
    let isRun = place == .local || place == .cluster
    let occasion = place == .local ? "with --local" : "in this version"
    return list(.background_traffic, of: rule) { field, problems in
      let background: Background
      if case .string("clipper") = field.node.value {
        guard workerType.map({ ["c5.xlarge", "p2.xlarge"].contains($0) }) ?? true else {
          problems.add(
            field, "found \"clipper\"; its rate is known for worker_type c5.xlarge and p2.xlarge only")
          return nil
        }
        background = .clipper
      } else {
        guard let shuffles = field.integer(0...1000, allowed: rule, problems: &problems) else { return nil }
        background = .shuffles(shuffles)
      }
      guard !isRun || background == .shuffles(0) else {
        problems.add(
          field, "found \(field.node.found), not available \(occasion); use --set background_traffic='[0]'")
        return nil
      }
      return background
    }
  }
}
