import Foundation

/// Results on stdout: for people ParM's blocks, for machines a JSON object a line.
enum Results: Sendable {
  case blocks
  case json

  /// A trial's path, then its tables, at once: a pipe sees each trial as it ends.
  func show(path: String, _ summary: Summary) throws {
    switch self {
    case .blocks: try Console.show("\(path)\n\(Report.text(summary))\n")
    case .json: try Results.show(Line(results: path, summary: summary))
    }
  }

  /// One JSON object, on a line of its own.
  static func show(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try Console.show(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
  }

  private struct Line: Encodable {
    var results: String
    var summary: Summary
  }
}
