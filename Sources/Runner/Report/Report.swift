import Foundation
import Serving
import Statistics

/// The tables that are printed of a trial: first those of ParM, byte for byte, then ours. Tab-separated, a blank line
/// between two; all from the summary's measured part, so that an analysis from the records prints the same bytes.
enum Report {
  /// Ends with a newline.
  static func text(_ summary: Summary) -> String {
    var blocks = [latency("E2E_LATENCY (ms)", summary.e2e_ms)]
    if summary.trial.mode == .coded {
      blocks.append(latency("ENCODING_LATENCY (us)", summary.encoding_us))
      blocks.append(latency("DECODING_LATENCY (us)", summary.decoding_us))
    }
    blocks += [
      latency("CLIENT_LATENCY (ms)", summary.client_ms), intervals(summary.intervals_95), answered(summary.answered),
    ]
    if let accuracy = summary.accuracy { blocks.append(self.accuracy(accuracy)) }
    if let tenant = summary.second_tenant_ms { blocks.append(secondTenant(tenant)) }
    blocks.append(throughput(summary))
    if let faults = summary.faults { blocks.append(self.faults(faults)) }
    blocks.append(verdict(summary))
    return blocks.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
  }

  private static func latency(_ title: String, _ sample: SampleSummary?) -> [String] {
    guard let sample else { return [title, "none"] }
    let values = [sample.median, sample.mean, sample.p99, sample.p99_5, sample.p99_9]
    return [
      title, row(["NUM", "MED", "MEAN", "P99", "P99.5", "P99.9"]),
      row([String(sample.num)] + values.map { decimals($0, 2) }),
    ]
  }

  /// An interval as `low-high`, or how many samples it needs.
  private static func intervals(_ intervals: Summary.LatencyIntervals) -> [String] {
    func bound(_ bound: Intervals.Bound) -> String {
      switch bound {
      case .interval(let interval): "\(decimals(interval.low, 2))-\(decimals(interval.high, 2))"
      case .samplesNeeded(let samples): "needs \(samples)"
      }
    }
    func values(_ name: String, _ intervals: Intervals) -> String {
      row([name] + [intervals.median, intervals.p99, intervals.p99_5, intervals.p99_9].map(bound))
    }
    return [
      "INTERVALS 95 % (ms)", row(["OF", "MED", "P99", "P99.5", "P99.9"]), values("E2E", intervals.e2e_ms),
      values("CLIENT", intervals.client_ms),
    ]
  }

  /// Only the sources that answered any.
  private static func answered(_ answered: [String: Int]) -> [String] {
    let counts = AnswerSource.allCases.map { ($0.rawValue, answered[$0.rawValue] ?? 0) }.filter { $0.1 > 0 }
    guard !counts.isEmpty else { return ["ANSWERED", "none"] }
    return ["ANSWERED", row(counts.map { $0.0.uppercased() }), row(counts.map { String($0.1) })]
  }

  private static func accuracy(_ accuracy: Accuracy) -> [String] {
    [
      "ACCURACY", row(["ALL", "OWN", "RECONSTRUCTED"]),
      row([accuracy.all, accuracy.own, accuracy.reconstructed].map { $0.map { decimals($0, 4) } ?? "none" }),
    ]
  }

  private static func secondTenant(_ sample: SampleSummary) -> [String] {
    [
      "SECOND_TENANT (ms)", row(["NUM", "MED", "P99"]),
      row([String(sample.num)] + [sample.median, sample.p99].map { decimals($0, 2) }),
    ]
  }

  private static func throughput(_ summary: Summary) -> [String] {
    let rates = [summary.offered_per_s, summary.achieved_per_s].map { $0.map { decimals($0, 2) } ?? "none" }
    return [
      "RATE (queries/s)", row(["OFFERED", "ACHIEVED", "OVERLOADED", "REQUEUED", "WORKERS_LOST"]),
      row(rates + [summary.overloaded ? "yes" : "no", String(summary.requeued), String(summary.workers_lost)]),
    ]
  }

  /// In the order of their seconds. LATE: from then until it was in effect.
  private static func faults(_ faults: [FaultRecord]) -> [String] {
    ["FAULTS", row(["AT (s)", "ACTION", "TARGET", "LATE (ms)", "OUTCOME"])]
      + faults.enumerated().sorted { ($0.element.fault.at_s, $0.offset) < ($1.element.fault.at_s, $1.offset) }
      .map { $0.element }.map { record in
        row([
          Number.text(record.fault.at_s), record.fault.action.rawValue,
          record.whom,
          record.late_ms.map { decimals($0, 2) } ?? "none", record.outcome.rawValue,
        ])
      }
  }

  private static func verdict(_ summary: Summary) -> [String] {
    ["VERDICT", summary.verdict.rawValue] + summary.reasons
  }

  private static func row(_ fields: [String]) -> String { fields.joined(separator: "\t") }

  private static func decimals(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }
}
