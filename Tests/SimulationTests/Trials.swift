import Serving

@testable import Simulation

/// Trials that tests begin from.
enum Trials {
  /// Twelve instances and what their mode adds, 10 ms a batch.
  static func usual(
    _ mode: RedundancyMode, queueMode: QueueMode = .singleQueue, base: Int = 12, rate_per_s: Double = 600,
    total: Int = 4000, kind: ServiceTime.Kind = .lognormal, seed: UInt64 = 1, deadline: Duration? = .seconds(100)
  ) -> SimulatedTrial {
    let redundant: [Pool] =
      switch mode {
      case .none: []
      case .equal, .replicated, .hedged: Array(repeating: .base, count: base / 2)
      case .coded: Array(repeating: .parity(0), count: base / 2)
      case .cheap: Array(repeating: .approximate, count: base / 2)
      }
    let time = ServiceModel(ServiceTime(kind: kind, median_ms: 10, sigma: 0.1))
    return SimulatedTrial(
      policy: .init(mode: mode, queueMode: queueMode, k: 2, deadline: deadline),
      load: Load(seed: seed, rate_per_s: rate_per_s, clients: 2, total: total, warmup: 200, samples: 4),
      workers: Array(repeating: .base, count: base) + redundant,
      serviceTimes: [
        .base: time, .parity(0): time, .approximate: ServiceModel(ServiceTime(kind: kind, median_ms: 2, sigma: 0.1)),
      ],
      network: NetworkModel(
        clientDelay_ns: 50_000, workerDelay_ns: 50_000, link_bytes_per_s: 125_000_000, standingQueue_bytes: 262_144),
      payload: PayloadSizes(inputs_bytes: [1000, 2000, 3000, 4000], parityInput_bytes: 4000, output_bytes: 40),
      codes: CodeModel(encode_ns: 500, decode_ns: 20))
  }
}

extension SimulationOutcome {
  /// From arrival to completion, in ms and ascending order, warm-up left out.
  func latencies_ms(_ trial: SimulatedTrial) -> [Double] {
    zip(schedule.queries, queries).filter { query, simulated in !query.isWarmup && simulated.source != nil }
      .map { query, simulated in
        Double(simulated.completed_ns - query.offset.nanoseconds - trial.network.clientDelay_ns) / 1e6
      }.sorted()
  }

  /// FNV-1a of every number of it.
  var digest: UInt64 {
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ value: Int64) { digest = (digest ^ UInt64(bitPattern: value)) &* 0x0000_0100_0000_01b3 }
    for query in schedule.queries {
      add(query.offset.nanoseconds)
      add(Int64(query.client * 1000 + query.sample))
    }
    for query in queries {
      for value in [query.dispatched_ns, query.own_ns, query.redundant_ns, query.completed_ns] { add(value) }
      for value in [query.batch, query.group, query.worker] { add(Int64(value)) }
      add(Int64(query.source.flatMap { AnswerSource.allCases.firstIndex(of: $0) } ?? -1))
    }
    for code in codes { add(code.started_ns + Int64(code.group) + (code.isDecoding ? 1 : 0)) }
    add(Int64(requeued))
    add(Int64(workersLost))
    return digest
  }
}
