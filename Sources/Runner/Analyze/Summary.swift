import Serving
import Statistics

/// What one trial measured: `summary.json`. Everything but what identifies and prices the trial follows from its records.
struct Summary: Codable, Equatable, Sendable {
  /// Of the resolved trial and the environment.
  var fingerprint: String
  var environment: RunEnvironment
  var trial: Trial

  /// Nil without values, as in the modes that have none.
  var e2e_ms: SampleSummary?
  var client_ms: SampleSummary?
  var encoding_us: SampleSummary?
  var decoding_us: SampleSummary?
  var intervals_95: LatencyIntervals

  /// Measured queries by the source of their answer, every source named.
  var answered: [String: Int]
  /// Over the whole trial, warm-up included.
  var requeued: Int
  var workers_lost: Int
  /// Nil without labels.
  var accuracy: Accuracy?
  var offered_per_s: Double?
  var achieved_per_s: Double?
  /// From arrival to reply at the second tenant's frontend; nil without one. No query of it is in any other figure.
  var second_tenant_ms: SampleSummary?

  var verdict: Verdict
  /// Why the verdict is INVALID.
  var reasons: [String]
  var overloaded: Bool
  /// What was done to its components; nil: nothing.
  var faults: [FaultRecord]?

  var costs: TrialCosts

  struct LatencyIntervals: Codable, Equatable, Sendable {
    var e2e_ms: Intervals
    var client_ms: Intervals
  }
}

extension Summary {
  /// - Parameters:
  ///   - records: of all queries of the trial, warm-up included.
  ///   - codes: of all its groups.
  init(
    trial: Trial, records: [QueryRecord], codes: [CodeRecord], totals: FrontendTotals, faults: [FaultRecord] = [],
    fingerprint: String, environment: RunEnvironment, costs: TrialCosts
  ) {
    self.fingerprint = fingerprint
    self.environment = environment
    self.trial = trial

    let latencies = Latencies(records: records, codes: codes, mode: trial.mode)
    e2e_ms = SampleSummary(sorted: latencies.e2e_ms)
    client_ms = SampleSummary(sorted: latencies.client_ms)
    encoding_us = SampleSummary(sorted: latencies.encoding_us)
    decoding_us = SampleSummary(sorted: latencies.decoding_us)
    intervals_95 = LatencyIntervals(
      e2e_ms: Intervals(sorted: latencies.e2e_ms), client_ms: Intervals(sorted: latencies.client_ms))

    let measured = records.filter { !$0.isWarmup }
    answered = Dictionary(
      uniqueKeysWithValues: AnswerSource.allCases.map { source in
        (source.rawValue, measured.count { $0.source == source })
      })
    requeued = totals.requeued
    workers_lost = totals.workers_lost
    accuracy = Accuracy(records)

    let throughput = Throughput(records)
    offered_per_s = throughput.offered_per_s
    achieved_per_s = throughput.achieved_per_s
    overloaded = throughput.overloaded
    self.faults = faults.isEmpty ? nil : faults
    reasons =
      Verdict.reasons(
        records: records, totalQueries: trial.totalQueries, medianE2E_ms: e2e_ms?.median,
        missingCodes: (totals.codes ?? codes.count) - codes.count) + FaultRecord.reasons(faults)
    verdict = reasons.isEmpty ? .valid : .invalid

    self.costs = costs
    self.costs.frontend_cpu_us_per_query = totals.cpu_us_per_query
    self.costs.frontend_resident_mb = totals.max_rss_kb.map { Double($0) / 1024 }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case fingerprint, environment, trial, e2e_ms, client_ms, encoding_us, decoding_us, intervals_95, answered, requeued
    case workers_lost, accuracy, offered_per_s, achieved_per_s, second_tenant_ms, verdict, reasons, overloaded, faults
    case costs
  }

  /// Every key, null where there is nothing; those of a second tenant and of faults only where there are any.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(fingerprint, forKey: .fingerprint)
    try container.encode(environment, forKey: .environment)
    try container.encode(trial, forKey: .trial)
    try container.encode(e2e_ms, forKey: .e2e_ms)
    try container.encode(client_ms, forKey: .client_ms)
    try container.encode(encoding_us, forKey: .encoding_us)
    try container.encode(decoding_us, forKey: .decoding_us)
    try container.encode(intervals_95, forKey: .intervals_95)
    try container.encode(answered, forKey: .answered)
    try container.encode(requeued, forKey: .requeued)
    try container.encode(workers_lost, forKey: .workers_lost)
    try container.encode(accuracy, forKey: .accuracy)
    try container.encode(offered_per_s, forKey: .offered_per_s)
    try container.encode(achieved_per_s, forKey: .achieved_per_s)
    try container.encodeIfPresent(second_tenant_ms, forKey: .second_tenant_ms)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(reasons, forKey: .reasons)
    try container.encode(overloaded, forKey: .overloaded)
    try container.encodeIfPresent(faults, forKey: .faults)
    try container.encode(costs, forKey: .costs)
  }
}
