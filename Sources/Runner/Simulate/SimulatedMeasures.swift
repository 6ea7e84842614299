import Serving
import Simulation
import Statistics

/// What a simulated trial measured, straight from its outcome: what an analysis of its rows would find, without making them.
struct SimulatedMeasures {
  /// In ascending order.
  private(set) var e2e_ms: [Double] = []
  private(set) var client_ms: [Double] = []
  private(set) var answered: [String: Int] = [:]
  private(set) var encodings = 0
  private(set) var decodings = 0
  private(set) var throughput: Throughput
  /// The numbers of queries without an answer, warm-up included.
  private(set) var silent: [Int] = []

  init(_ outcome: SimulationOutcome, mode: RedundancyMode, network: NetworkModel) {
    let delay_ns = network.clientDelay_ns
    var (e2e_ns, client_ns, done_ns): ([Int64], [Int64], [Int64]) = ([], [], [])
    let count = outcome.queries.count
    e2e_ns.reserveCapacity(count)
    client_ns.reserveCapacity(count)
    done_ns.reserveCapacity(count)
    var counts: [AnswerSource: Int] = [:]
    var (first_ns, last_ns): (Int64?, Int64?) = (nil, nil)
    for (query, simulated) in zip(outcome.schedule.queries, outcome.queries) {
      if !query.isWarmup, let source = simulated.source { counts[source, default: 0] += 1 }
      guard let source = simulated.source, source != .failed else {
        silent.append(query.query)
        continue
      }
      let scheduled_ns = query.offset.nanoseconds
      let latency_ns = simulated.completed_ns - scheduled_ns
      if source != .default { done_ns.append(latency_ns + delay_ns) }
      if query.isWarmup { continue }
      e2e_ns.append(latency_ns - delay_ns)
      client_ns.append(latency_ns + delay_ns)
      let received_ns = simulated.completed_ns + delay_ns
      first_ns = min(first_ns ?? received_ns, received_ns)
      last_ns = max(last_ns ?? received_ns, received_ns)
    }
    answered = Dictionary(uniqueKeysWithValues: AnswerSource.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    for code in outcome.codes where !code.isWarmup {
      if code.isDecoding { decodings += 1 } else { encodings += 1 }
    }
    client_ms = Self.sorted_ms(&client_ns)
    e2e_ms = mode == .cheap ? Self.cheap_ms(outcome, delay_ns) : Self.sorted_ms(&e2e_ns)

    let done = outcome.queries.lazy.filter { query in
      query.source.map { $0 != .failed && $0 != .default } ?? false
    }
    let measured = outcome.schedule.queries.filter { !$0.isWarmup }.map(\.offset.nanoseconds)
    throughput = Throughput(
      offered_per_s: Self.rate(measured.first, measured.last, count: measured.count),
      achieved_per_s: Self.rate(first_ns, last_ns, count: client_ns.count),
      overloaded: Throughput.isOverloaded(
        scheduled_ns: outcome.schedule.queries.lazy.map(\.offset.nanoseconds),
        received_ns: done.map { $0.completed_ns + delay_ns },
        medianLatency_ms: percentile(sorted: Self.sorted_ms(&done_ns), 50)))
  }

  private static func sorted_ms(_ values_ns: inout [Int64]) -> [Double] {
    RadixSort.sort(&values_ns)
    return values_ns.map { Double($0) / 1e6 }
  }

  private static func rate(_ first_ns: Int64?, _ last_ns: Int64?, count: Int) -> Double? {
    guard let first_ns, let last_ns, first_ns < last_ns else { return nil }
    return Double(count - 1) / (Double(last_ns - first_ns) / 1e9)
  }

  private static func cheap_ms(_ outcome: SimulationOutcome, _ delay_ns: Int64) -> [Double] {
    var answers: [Latencies.CheapAnswer] = []
    for (query, simulated) in zip(outcome.schedule.queries, outcome.queries) where !query.isWarmup {
      guard let source = simulated.source, source != .failed else { continue }
      func latency_ms(_ end_ns: Int64) -> Double? {
        guard end_ns != SimulatedQuery.never else { return nil }
        return Double(end_ns - query.offset.nanoseconds - delay_ns) / 1e6
      }
      answers.append(
        Latencies.CheapAnswer(
          own_ms: latency_ms(simulated.own_ns), approximate_ms: latency_ms(simulated.redundant_ns),
          reply_ms: latency_ms(simulated.completed_ns), isDefault: source == .default))
    }
    return Latencies.cheap(answers).sorted()
  }
}

extension Summary {
  /// Of a simulated trial. Byte for byte what an analysis of its rows gives.
  init(
    _ place: ResultPlace, _ measures: SimulatedMeasures, _ outcome: SimulationOutcome, codes: CodeModel,
    faults: [FaultRecord] = []
  ) {
    func sample(_ count: Int, _ duration_ns: Int64) -> SampleSummary? {
      SampleSummary(sorted: Array(repeating: Double(duration_ns) / 1e3, count: count))
    }
    let reasons = [Verdict.withoutAnswer(measures.silent)].compactMap { $0 } + FaultRecord.reasons(faults)
    self.init(
      fingerprint: place.fingerprint, environment: place.environment, trial: place.trial,
      e2e_ms: SampleSummary(sorted: measures.e2e_ms), client_ms: SampleSummary(sorted: measures.client_ms),
      encoding_us: sample(measures.encodings, codes.encode_ns),
      decoding_us: sample(measures.decodings, codes.decode_ns),
      intervals_95: LatencyIntervals(
        e2e_ms: Intervals(sorted: measures.e2e_ms), client_ms: Intervals(sorted: measures.client_ms)),
      answered: measures.answered, requeued: outcome.requeued, workers_lost: outcome.workersLost, accuracy: nil,
      offered_per_s: measures.throughput.offered_per_s, achieved_per_s: measures.throughput.achieved_per_s,
      verdict: reasons.isEmpty ? .valid : .invalid, reasons: reasons, overloaded: measures.throughput.overloaded,
      faults: faults.isEmpty ? nil : faults, costs: TrialCosts())
  }
}
