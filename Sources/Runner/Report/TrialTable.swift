import Foundation
import Serving
import Statistics

/// Trials below one another, a row each.
enum TrialTable {
  /// A column: its head, and what stands there of a trial.
  struct Column {
    var name: String
    var text: (Summary) -> String
  }

  /// - Returns: a line a row, under a header.
  static func lines(_ summaries: [Summary], _ columns: [Column]) -> [String] {
    let rows = summaries.map { summary in columns.map { $0.text(summary) } }
    return TextTable.lines([columns.map(\.name)] + rows, words: ["queue", "mode", "verdict"])
  }

  /// What `analyze --table` shows of finished trials; of accuracy only where a payload has labels.
  static func text(_ summaries: [Summary]) -> String {
    var columns = settings + [latency("median", .median), latency("p99", .p99), latency("p99.9", .p99_9)]
    columns += [latency("gap", .gap), lost]
    if summaries.contains(where: { $0.accuracy != nil }) { columns += accuracy }
    return lines(summaries, columns + [verdict]).map { $0 + "\n" }.joined()
  }

  /// Which trial of the sweep it is: the columns of a plan.
  static var settings: [Column] {
    PointLabel.columns.map { column in Column(name: column.name) { column.text($0.trial) } }
      + [Column(name: "it") { "\($0.trial.repetition)" }]
  }

  /// Of the e2e latency, in ms.
  static func latency(_ name: String, _ metric: LatencyMetric) -> Column {
    Column(name: name) { $0.e2e_ms.map { decimals(metric.value(of: $0), 2) } ?? none }
  }

  static func decimals(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }

  static let none = "none"

  /// Measured queries that no model answered.
  private static var lost: Column {
    Column(name: "lost") { summary in
      let unanswered = [AnswerSource.failed, .default].map(\.rawValue)
      let answers = summary.answered.filter { !unanswered.contains($0.key) }.values.reduce(0, +)
      return "\(summary.trial.measuredQueries - answers)"
    }
  }

  private static var accuracy: [Column] {
    func fraction(_ name: String, _ value: @escaping (Accuracy) -> Double?) -> Column {
      Column(name: name) { $0.accuracy.flatMap(value).map { decimals($0, 4) } ?? none }
    }
    return [fraction("accuracy", \.all), fraction("own", \.own), fraction("reconstructed", \.reconstructed)]
  }

  private static var verdict: Column {
    Column(name: "verdict") { $0.verdict.rawValue + ($0.overloaded ? ", overloaded" : "") }
  }
}
