import Foundation
import Statistics

/// What `compare` prints: a table of the points, then what may be said of each.
extension Comparison {
  /// Ends with a newline.
  var text: String {
    let findings = points + [all_points].compactMap { $0 }
    let head = "\(metric.name) of \(latency.rawValue) latency in ms: \(a) against \(b)"
    var blocks = [[head], table(findings), findings.flatMap(sentences)]
    if !shares_load {
      blocks.append(["pairs are of the same repetition, not of the same load: it depends on what is compared"])
    }
    if !left_out.isEmpty { blocks.append(leftOutLines) }
    return blocks.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
  }

  // MARK: Table

  private func table(_ findings: [Finding]) -> [String] {
    guard !findings.isEmpty else { return ["no claim: no pair of VALID trials is left"] }
    let keys = columns
    let names = keys.map(PointLabel.name) + ["pairs", a, b, "\(a)/\(b)", "95 %", "\(a) - \(b)", "95 %"]
    let rows = findings.map { finding in
      let compared = finding.compared
      let point =
        finding.point.isEmpty
        ? ["all"] + keys.dropFirst().map { _ in "" } : keys.map { finding.point[$0] ?? "" }
      let places = compared.ratio.map(Self.places) ?? 2
      return point + [
        String(compared.pairs), Self.decimals(compared.a), Self.decimals(compared.b),
        compared.ratio.map { Self.decimals($0.value, places) } ?? "none",
        Self.interval(compared.ratio?.interval, places),
        Self.decimals(compared.difference.value), Self.interval(compared.difference.interval),
      ]
    }
    return TextTable.lines([names] + rows, words: ["queue", "mode"])
  }

  /// Keys of those that tell points apart, and always the rate.
  private var columns: [String] {
    let known = PointLabel.columns.map(\.key)
    let rate = Trial.CodingKeys.rate.rawValue
    let used = Set(points.flatMap(\.point.keys))
    let others = used.subtracting(known).sorted()
    let varying = (known + others).filter { name in Set(points.map { $0.point[name] }).count > 1 }
    let columns = varying.isEmpty ? known.filter { $0 == rate && used.contains($0) } : varying
    // The row of all points needs a place for its name.
    return columns.isEmpty ? known.filter(used.contains).prefix(1).map { $0 } : columns
  }

  // MARK: Sentences

  private func sentences(_ finding: Finding) -> [String] {
    let place = points.count > 1 ? "\(name(of: finding)): " : ""
    var lines = ["\(place)\(finding.claim ?? withoutClaim(finding))"]
    if metric != .median { lines.append("\(place)\(medians(finding))") }
    for (side, count) in [(a, finding.overloaded_a), (b, finding.overloaded_b)] where count > 0 {
      lines.append("\(place)overloaded: \(count) of \(finding.compared.pairs) trials of \(side)")
    }
    return lines
  }

  private func name(of finding: Finding) -> String {
    finding.point.isEmpty
      ? "all points" : columns.map { "\(PointLabel.name(of: $0)) \(finding.point[$0] ?? "")" }.joined(separator: ", ")
  }

  private func withoutClaim(_ finding: Finding) -> String {
    let count = finding.compared.pairs
    guard let ratio = finding.compared.ratio else {
      return "no claim: no ratio, as \(metric.name) is not above 0 in every trial"
    }
    guard ratio.interval != nil else {
      let pairs = count == 1 ? "is 1" : "are \(count)"
      return
        "no claim: an interval needs at least \(Resampling.valuesNeeded) pairs of trials, and there \(pairs); raise num_trials"
    }
    return "no claim: interval (\(Self.interval(ratio.interval))) contains 1"
  }

  /// By how much the second side's are above the first's.
  private func medians(_ finding: Finding) -> String {
    guard let ratio = finding.medians.ratio else { return "medians: no ratio, as one is not above 0" }
    func percent(_ ratio: Double) -> Double { (1 / ratio - 1) * 100 }
    func text(_ value: Double) -> String {
      let text = String(format: "%.1f", value)
      return text == "-0.0" ? "0.0" : text
    }
    let interval = ratio.interval.map { " (\(text(percent($0.high))) to \(text(percent($0.low))))" } ?? ""
    return "medians differ by \(text(percent(ratio.value))) %\(interval)"
  }

  private var leftOutLines: [String] {
    // More than these tell nothing new; --json has all.
    let shown = 20
    var lines = ["left out:"] + left_out.prefix(shown).map { "  \($0.results): \($0.reason)" }
    if left_out.count > shown { lines.append("  and \(left_out.count - shown) more") }
    return lines
  }

  // MARK: Numbers

  private static func interval(_ interval: PairedComparison.Interval?, _ places: Int = 2) -> String {
    interval.map { "\(decimals($0.low, places)) to \(decimals($0.high, places))" } ?? "none"
  }

  private static func decimals(_ value: Double, _ places: Int = 2) -> String {
    let text = String(format: "%.\(places)f", value)
    return text == "-0.00" ? "0.00" : text
  }

  /// As many places as it takes to see that an interval which leaves 1 outside does.
  private static func places(_ ratio: PairedComparison.Estimate) -> Int {
    guard ratio.excludes(1), let interval = ratio.interval else { return 2 }
    func isClear(_ places: Int) -> Bool {
      let one = decimals(1, places)
      return decimals(interval.low, places) != one && decimals(interval.high, places) != one
    }
    return (2...9).first(where: isClear) ?? 9
  }
}
