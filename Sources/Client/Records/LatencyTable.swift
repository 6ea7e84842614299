import Serving
import Statistics

/// What a client that runs alone prints: latency of measured queries, replies by status, lateness of sends.
struct LatencyTable: CustomStringConvertible {
  private var latency_ms: [Double] = []
  private var lateness_ms: [Double] = []
  private var replies: [UInt16: Int] = [:]
  private var unanswered = 0
  private var unsent = 0

  init(_ records: QueryRecords) {
    for (query, outcome) in zip(records.plan, records.outcomes) where !query.isWarmup {
      let scheduled_ns = records.start_ns + query.offset.nanoseconds
      if let sent_ns = outcome.sent_ns { lateness_ms.append(Double(sent_ns - scheduled_ns) / 1e6) } else { unsent += 1 }
      guard let received_ns = outcome.received_ns, let status = outcome.status else {
        unanswered += 1
        continue
      }
      replies[status, default: 0] += 1
      // A refusal is quick; it says nothing of how long an answer takes.
      if status == 200 { latency_ms.append(Double(received_ns - scheduled_ns) / 1e6) }
    }
    latency_ms.sort()
    lateness_ms.sort()
  }

  var description: String {
    var lines = ["CLIENT_LATENCY (ms)", "NUM\tMED\tMEAN\tP99\tP99.5\tP99.9"]
    lines.append(LatencyTable.row(latency_ms))
    lines += ["", "REPLIES", "STATUS\tNUM"]
    lines += replies.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value)" }
    if unanswered > 0 { lines.append("none\t\(unanswered)") }
    lines += ["", "LATENESS (ms)", "NUM\tMED\tP99\tMAX\tUNSENT"]
    lines.append(([String(lateness_ms.count)] + lateness + [String(unsent)]).joined(separator: "\t"))
    return lines.joined(separator: "\n")
  }

  private static func row(_ latency_ms: [Double]) -> String {
    guard let summary = SampleSummary(sorted: latency_ms) else { return "none" }
    let values = [summary.median, summary.mean, summary.p99, summary.p99_5, summary.p99_9]
    return ([String(summary.num)] + values.map { decimal($0, places: 2) }).joined(separator: "\t")
  }

  private var lateness: [String] {
    [50, 99, 100].map { p in
      percentile(sorted: lateness_ms, p).map { LatencyTable.decimal($0, places: 3) } ?? "none"
    }
  }

  /// A number with so many digits behind the point.
  static func decimal(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    guard let scaled = Int(exactly: (abs(value) * Double(scale)).rounded()) else { return String(value) }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(value < 0 && scaled > 0 ? "-" : "")\(scaled / scale).\(zeros)\(fraction)"
  }
}
