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
      let scheduled_ns = records.start_ns + query.offset_ns
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
    lines.append(latency_ms.isEmpty ? "none" : ([String(latency_ms.count)] + summary).joined(separator: "\t"))
    lines += ["", "REPLIES", "STATUS\tNUM"]
    lines += replies.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value)" }
    if unanswered > 0 { lines.append("none\t\(unanswered)") }
    lines += ["", "LATENESS (ms)", "NUM\tMED\tP99\tMAX\tUNSENT"]
    lines.append(([String(lateness_ms.count)] + lateness + [String(unsent)]).joined(separator: "\t"))
    return lines.joined(separator: "\n")
  }

  private var summary: [String] {
    let mean = latency_ms.reduce(0, +) / Double(latency_ms.count)
    let tail = [99, 99.5, 99.9].map { percentile(latency_ms, $0) }
    return ([percentile(latency_ms, 50), mean] + tail).map { LatencyTable.decimal($0, places: 2) }
  }

  private var lateness: [String] {
    guard let last = lateness_ms.last else { return ["none", "none", "none"] }
    return [percentile(lateness_ms, 50), percentile(lateness_ms, 99), last].map { LatencyTable.decimal($0, places: 3) }
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
