import Foundation
import Statistics

/// Whether the measurement can be believed, and if not, why. It judges how the system was measured, not the system.
enum Verdict: String, Codable, Sendable { case valid = "VALID", invalid = "INVALID" }

extension Verdict {
  /// The rules that a trial breaks, a sentence each; none: it is valid.
  ///
  /// Warm-up counts as well, except for lateness: it is load of the same schedule.
  /// - Parameters:
  ///   - records: all of the trial.
  ///   - totalQueries: how many the trial was to send.
  ///   - medianE2E_ms: nil without an answered query.
  ///   - missingCodes: how many codes the frontend recorded more than there are.
  static func reasons(
    records: [QueryRecord], totalQueries: Int, medianE2E_ms: Double?, missingCodes: Int = 0
  ) -> [String] {
    [
      neverSent(records), late(records, medianE2E_ms: medianE2E_ms), withoutAnswer(records),
      missingCodes == 0
        ? nil : "codes.csv has \(abs(missingCodes)) rows \(missingCodes > 0 ? "fewer" : "more") than were written",
    ].compactMap { $0 } + missing(records, totalQueries: totalQueries)
  }

  /// Whether queries without an answer are all that is wrong, as where a system refuses what is more than it can do.
  static func isOnlyOfUnanswered(_ reasons: [String]) -> Bool {
    reasons.allSatisfy { reason in unanswered.contains { reason.contains($0) } }
  }

  /// One query, several.
  private static let unanswered = ["query has no answer", "queries have no answer"]

  private static func neverSent(_ records: [QueryRecord]) -> String? {
    let unsent = records.filter { $0.scheduled_ns != nil && $0.sent_ns == nil }
    return sentence(unsent.map(\.query), one: "query was never sent", many: "queries were never sent")
  }

  /// Sends later than scheduled make the load another than the one asked for. P99 of the measured ones may be as large
  /// as 5 % of what is measured, or 1 ms, whichever is larger.
  private static func late(_ records: [QueryRecord], medianE2E_ms: Double?) -> String? {
    let lateness_ms = records.filter { !$0.isWarmup }.compactMap(\.lateness_ms).sorted()
    let allowed_ms = max(1, 0.05 * (medianE2E_ms ?? 0))
    guard let p99_ms = percentile(sorted: lateness_ms, 99), p99_ms > allowed_ms else { return nil }
    return String(format: "queries were sent late: p99 %.2f ms, allowed %.2f ms", p99_ms, allowed_ms)
  }

  private static func withoutAnswer(_ records: [QueryRecord]) -> String? {
    withoutAnswer(
      records.filter { $0.sent_ns != nil && ($0.received_ns == nil || $0.source == .failed) }.map(\.query))
  }

  /// - Parameter queries: the numbers of those that have no answer.
  static func withoutAnswer(_ queries: [Int]) -> String? {
    sentence(queries, one: unanswered[0], many: unanswered[1])
  }

  /// A row a query, known to its client and, if it was answered, to the frontend.
  private static func missing(_ records: [QueryRecord], totalQueries: Int) -> [String] {
    let inSchedule = records.filter { (0..<totalQueries).contains($0.query) }
    let known = Set(inSchedule.filter { $0.scheduled_ns != nil }.map(\.query))
    let absent = totalQueries - known.count
    let numbers = inSchedule.map(\.query)
    let repeated = numbers.count - Set(numbers).count
    let strangers = records.filter { !(0..<totalQueries).contains($0.query) }
    let half = records.filter {
      $0.received_ns != nil && $0.source != .failed
        && ($0.source == nil || $0.arrived_ns == nil || $0.completed_ns == nil)
    }
    return [
      absent > 0 ? "records of \(absent) of \(totalQueries) queries are missing" : nil,
      repeated > 0 ? "\(repeated) \(repeated == 1 ? "record is a repetition" : "records are repetitions")" : nil,
      sentence(
        strangers.map(\.query), one: "record is of no query of the schedule",
        many: "records are of no query of the schedule"),
      sentence(
        half.map(\.query), one: "answered query is missing from the frontend's records",
        many: "answered queries are missing from the frontend's records"),
    ].compactMap { $0 }
  }

  /// How many, what of them and which was the first; nil of none.
  private static func sentence(_ queries: [Int], one: String, many: String) -> String? {
    guard let first = queries.first else { return nil }
    return queries.count == 1 ? "1 \(one) (query \(first))" : "\(queries.count) \(many) (the first is query \(first))"
  }
}
