import Foundation

/// `--hosts`: the experiment on more machines, under a load that grows with them.
struct HostScaling: Equatable, Sendable {
  /// Instances of the base model.
  var hosts: Int

  static let range = 2...1_000_000

  /// Rates, warm-up and the number of queries that may be in flight grow as `num_models` does; `num_queries` stays.
  /// - Throws: `Failure` (config) if the experiment cannot be had on so many.
  func scaled(_ experiment: Experiment) throws -> Experiment {
    if case .trace = experiment.arrivals {
      throw Failure(exitCode: .config, "arrivals: a trace has its own rate, which --hosts cannot scale; leave one out")
    }
    if let k = experiment.kValues.max(), k > hosts {
      throw Failure(exitCode: .config, "ec_k_val: \(k) is more than the \(hosts) of --hosts; allowed: 2 to \(hosts)")
    }
    var scaled = experiment
    let factor = Double(hosts) / Double(experiment.numModels)
    scaled.numModels = hosts
    scaled.sendRates = experiment.sendRates.map { $0 * factor }
    if factor > 1 {
      scaled.warmupBatches = Int((Double(experiment.warmupBatches) * factor).rounded(.up))
      scaled.maxInFlight = Int((Double(experiment.maxInFlight) * factor).rounded(.up))
    }
    return scaled
  }

  /// The last level of the result path: two scales may have the same rate.
  func finalDir(_ name: String) -> String { "\(name)-hosts_\(hosts)" }

  /// What scale does to the tail: a row a trial, under a header.
  static func table(_ summaries: [Summary]) -> [String] {
    let hosts = TrialTable.Column(name: "hosts") { "\($0.trial.numModels)" }
    let ratio = TrialTable.Column(name: "ratio") { summary in
      summary.e2e_ms.map { TrialTable.decimals($0.p99_9 / $0.median, 2) } ?? TrialTable.none
    }
    return TrialTable.lines(
      summaries,
      [hosts] + TrialTable.settings + [
        TrialTable.latency("median", .median), TrialTable.latency("p99.9", .p99_9), TrialTable.latency("gap", .gap),
        ratio,
      ])
  }
}
