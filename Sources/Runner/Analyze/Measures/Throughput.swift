import Serving
import Statistics

/// How fast queries came and answers followed, by the clients' clocks.
struct Throughput: Equatable, Sendable {
  /// Of the measured queries, the instants at which they should have been sent: their number less one, by the time from
  /// the first to the last. Nil of fewer than two.
  var offered_per_s: Double?
  /// The same of the instants at which their answers were received; refusals are no answers.
  var achieved_per_s: Double?
  /// Whether the system fell behind the load: see `isOverloaded`.
  var overloaded: Bool

  init(offered_per_s: Double?, achieved_per_s: Double?, overloaded: Bool) {
    (self.offered_per_s, self.achieved_per_s, self.overloaded) = (offered_per_s, achieved_per_s, overloaded)
  }

  init(_ records: [QueryRecord]) {
    let measured = records.filter { !$0.isWarmup }
    offered_per_s = Throughput.rate(measured.compactMap(\.scheduled_ns))
    achieved_per_s = Throughput.rate(measured.filter(\.isAnswered).compactMap(\.received_ns))
    overloaded = Throughput.isOverloaded(records)
  }

  private static func rate(_ instants_ns: [Int64]) -> Double? {
    guard let first = instants_ns.min(), let last = instants_ns.max(), first < last else { return nil }
    return Double(instants_ns.count - 1) / (Double(last - first) / 1e9)
  }

  private static func isOverloaded(_ records: [QueryRecord]) -> Bool {
    let done = records.filter { $0.isAnswered && $0.source != .default }
    return isOverloaded(
      scheduled_ns: records.compactMap(\.scheduled_ns), received_ns: done.compactMap(\.received_ns),
      medianLatency_ms: percentile(sorted: done.compactMap(\.client_ms).sorted(), 50))
  }

  /// Whether completions fall more than 5 % behind arrivals in the second half of the schedule, warm-up included: it is
  /// load as well.
  ///
  /// Arrivals are the queries scheduled in that half; completions are the answers that models gave in a time as long,
  /// which begins and ends one median latency later. Without that shift the queries in flight at both ends would decide
  /// a short trial. A system that keeps up completes as many as arrive; one that is offered rho times what it can do
  /// completes 1/rho of them. Default outputs and refusals are work that was not done.
  /// - Parameters:
  ///   - scheduled_ns: of every query.
  ///   - received_ns: of every answer that a model gave.
  ///   - medianLatency_ms: of these answers, from the scheduled instant; nil of none.
  static func isOverloaded(
    scheduled_ns: some Sequence<Int64>, received_ns: some Sequence<Int64>, medianLatency_ms: Double?
  ) -> Bool {
    guard let first = scheduled_ns.min(), let last = scheduled_ns.max() else { return false }
    let middle = first + (last - first) / 2
    let shift_ns = Int64((medianLatency_ms ?? 0) * 1e6)
    let arrivals = scheduled_ns.count { $0 > middle }
    let completions = received_ns.count { middle + shift_ns < $0 && $0 <= last + shift_ns }
    return Double(completions) < 0.95 * Double(arrivals)
  }
}
