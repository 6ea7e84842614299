import Serving
import Statistics

/// The measured latencies of a trial, each sample in ascending order. Warm-up is not in them.
struct Latencies: Equatable, Sendable {
  /// From a query's arrival at the frontend to its reply.
  var e2e_ms: [Double]
  /// From the instant at which a query should have been sent to its reply at the client.
  var client_ms: [Double]
  /// The additions of one parity query.
  var encoding_us: [Double]
  /// The subtractions of one reconstructed query.
  var decoding_us: [Double]

  /// - Parameters:
  ///   - records: of all queries of the trial.
  ///   - codes: of all its groups; those of warm-up groups and of groups without a record are left out.
  init(records: [QueryRecord], codes: [CodeRecord], mode: RedundancyMode) {
    let measured = records.filter { !$0.isWarmup }
    e2e_ms = (mode == .cheap ? Latencies.cheap(measured) : measured.compactMap(\.e2e_ms)).sorted()
    client_ms = measured.compactMap(\.client_ms).sorted()

    let groups = Set(measured.compactMap(\.group))
    func durations(_ kind: CodeRecord.Kind) -> [Double] {
      codes.filter { $0.kind == kind && groups.contains($0.group) }.map { Double($0.duration_ns) / 1e3 }.sorted()
    }
    (encoding_us, decoding_us) = (durations(.encode), durations(.decode))
  }

  private static func cheap(_ records: [QueryRecord]) -> [Double] {
    cheap(
      records.filter(\.isAnswered).map { record in
        CheapAnswer(
          own_ms: record.latency_ms(record.arrived_ns, record.own_ns),
          approximate_ms: record.latency_ms(record.arrived_ns, record.redundant_ns), reply_ms: record.e2e_ms,
          isDefault: record.source == .default)
      })
  }

  /// An answered query of `cheap`, its times from its arrival; nil of what never came.
  struct CheapAnswer {
    var own_ms: Double?
    var approximate_ms: Double?
    var reply_ms: Double?
    var isDefault: Bool
  }

  /// In `cheap` an approximate answer counts no earlier than the median own one, as if the frontend waited that long for
  /// its own before it settled for less: min(own, max(median own, approximate)). Whichever never came is not in the
  /// formula. A default output counts when it was sent.
  static func cheap(_ answers: [CheapAnswer]) -> [Double] {
    let medianOwn_ms = percentile(sorted: answers.compactMap(\.own_ms).sorted(), 50) ?? 0
    return answers.compactMap { answer in
      if answer.isDefault { return answer.reply_ms }
      return switch (answer.own_ms, answer.approximate_ms) {
      case (let own?, let approximate?): min(own, max(medianOwn_ms, approximate))
      case (let own?, nil): own
      case (nil, let approximate?): approximate
      case (nil, nil): answer.reply_ms
      }
    }
  }
}
