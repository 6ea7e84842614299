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

  /// In `cheap` an approximate answer counts no earlier than the median own one, as if the frontend waited that long for
  /// its own before it settled for less: min(own, max(median own, approximate)). Whichever never came is not in the
  /// formula. A default output counts when it was sent.
  private static func cheap(_ records: [QueryRecord]) -> [Double] {
    let answered = records.filter(\.isAnswered)
    let own = answered.compactMap { $0.latency_ms($0.arrived_ns, $0.own_ns) }.sorted()
    let medianOwn = percentile(sorted: own, 50) ?? 0
    return answered.compactMap { record in
      if record.source == .default { return record.e2e_ms }
      let own = record.latency_ms(record.arrived_ns, record.own_ns)
      let approximate = record.latency_ms(record.arrived_ns, record.redundant_ns)
      return switch (own, approximate) {
      case (let own?, let approximate?): min(own, max(medianOwn, approximate))
      case (let own?, nil): own
      case (nil, let approximate?): approximate
      case (nil, nil): record.e2e_ms
      }
    }
  }
}
