import Foundation
import Serving

@testable import Runner

extension Trial {
  /// A trial of `measured` queries after `warmup` ones.
  static func sample(
    mode: RedundancyMode = .coded, measured: Int = 100, warmup: Int = 0, rate: Double = 100
  ) -> Trial {
    Trial(
      index: 0, experimentID: "ParM", frontendType: "c5.9xlarge", workerType: "c5.xlarge", clientType: "m5.xlarge",
      model: "digits", redundantModels: [], mode: mode, queueMode: .singleQueue, numModels: 4, k: 2, parities: 1,
      encoder: .sum, batchSize: 1, background: .shuffles(0), rate: rate, numClients: 1, measuredQueries: measured,
      warmupQueries: warmup, repetition: 0, seed: 1, arrivals: .poisson, payload: .digits, serviceTime: nil,
      slowdowns: [], slo_ms: 100_000, batchTimeout_ms: nil, maxInFlight: 10_000)
  }
}

extension QueryRecord {
  /// An answered query: scheduled 10 ms after the one before, sent at once, with the given times in milliseconds from then.
  static func sample(
    _ query: Int, isWarmup: Bool = false, latency_ms: Double = 30, source: AnswerSource? = .own, own_ms: Double? = nil,
    redundant_ms: Double? = nil, lateness_ms: Double = 0, label: Int? = nil, predicted: Int? = nil
  ) -> QueryRecord {
    let scheduled = 1_000_000_000 + Int64(query) * 10_000_000
    func instant(_ ms: Double?) -> Int64? { ms.map { scheduled + Int64(($0 * 1e6).rounded()) } }
    return QueryRecord(
      query: query, client: 0, sample: query % 7, batch: query, group: query / 2, isWarmup: isWarmup,
      scheduled_ns: scheduled, sent_ns: instant(lateness_ms), received_ns: instant(latency_ms + 1),
      arrived_ns: scheduled, dispatched_ns: scheduled, own_ns: instant(own_ms), redundant_ns: instant(redundant_ms),
      completed_ns: instant(latency_ms), source: source, worker: query % 4, label: label, predicted: predicted)
  }
}

extension [QueryRecord] {
  /// `count` answered queries, the first `warmup` of which are warm-up.
  static func sample(_ count: Int, warmup: Int = 0, latency_ms: (Int) -> Double = { _ in 30 }) -> [QueryRecord] {
    (0..<count).map { .sample($0, isWarmup: $0 < warmup, latency_ms: latency_ms($0)) }
  }
}

extension Summary {
  static func sample(
    _ records: [QueryRecord], codes: [CodeRecord] = [], trial: Trial? = nil,
    totals: FrontendTotals = FrontendTotals(requeued: 0, workers_lost: 0, queries: 0)
  ) throws -> Summary {
    Summary(
      trial: trial ?? .sample(measured: records.count), records: records, codes: codes, totals: totals,
      fingerprint: "abc", environment: RunEnvironment(models: [:]), costs: TrialCosts())
  }
}

/// Runs `body` with an empty folder that is gone afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "analysis-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
