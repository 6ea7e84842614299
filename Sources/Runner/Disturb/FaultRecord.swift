import Foundation

/// A row of `events.csv`: a fault of a trial, and what became of it.
struct FaultRecord: Codable, Equatable, Sendable {
  enum Outcome: String, Codable, CaseIterable, Sendable {
    case done
    /// The trial goes without it: it has no such component, or is over before.
    case omitted
    /// It could not be carried out.
    case failed
  }

  var fault: Fault
  /// Whom it struck; nil where the trial has no such component.
  var component: String?
  /// When it was to take effect, when carrying it out began, and when it was in effect at the latest: Unix time of the
  /// frontend's host. Nil where it was not tried.
  var due_ns: Int64?
  var began_ns: Int64?
  var effective_ns: Int64?
  var outcome: Outcome
  /// Without commas and line breaks.
  var remark: String

  static let columns = [
    "at_s", "action", "target", "component", "delay_ms", "factor", "due_ns", "began_ns", "effective_ns", "outcome",
    "remark",
  ]
  static let name = "events.csv"
  static let header = columns.joined(separator: ",") + "\n"

  /// Whom it struck, or was to strike.
  var whom: String { component ?? fault.target.description }

  /// How late it was in effect; nil where it was not carried out.
  var late_ms: Double? {
    guard outcome == .done, let due_ns, let effective_ns else { return nil }
    return Double(effective_ns - due_ns) / 1e6
  }

  var line: String {
    let amounts = [fault.delay_ms, fault.factor].map { $0.map(Number.text) ?? "" }
    let instants = [due_ns, began_ns, effective_ns].map { $0.map(String.init) ?? "" }
    let fields =
      [Number.text(fault.at_s), fault.action.rawValue, fault.target.description, component ?? ""] + amounts + instants
      + [outcome.rawValue, FaultRecord.plain(remark)]
    return fields.joined(separator: ",") + "\n"
  }

  /// In one field: without what separates fields and rows.
  private static func plain(_ text: String) -> String {
    String(text.map { $0 == "," ? ";" : ($0.isNewline ? " " : $0) })
  }
}

extension FaultRecord {
  /// Writes all of a trial that is over.
  static func write(_ records: [FaultRecord], to folder: URL) throws {
    let text = header + records.map(\.line).joined()
    try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
  }

  /// Reads `events.csv` in `folder`.
  /// - Returns: nothing if there is none: the trial has no faults.
  /// - Throws: `CSVError`, or what the file system says.
  static func read(from folder: URL) throws -> [FaultRecord] {
    let file = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.first == columns.joined(separator: ",") else {
      throw CSVError(
        file: name, line: 1, column: nil, reason: "the header is not \"\(columns.joined(separator: ","))\"")
    }
    return try lines.enumerated().dropFirst().filter { !$0.element.isEmpty }.map { index, line in
      guard let record = FaultRecord(line: line) else {
        throw CSVError(file: name, line: index + 1, column: nil, reason: "cannot be read: \(line)")
      }
      return record
    }
  }

  init?(line: String) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == Self.columns.count, let at_s = Double(fields[0]),
      let action = Fault.Action(rawValue: fields[1]), let target = FaultTarget(fields[2]),
      let outcome = Outcome(rawValue: fields[9])
    else { return nil }
    fault = Fault(
      at_s: at_s, action: action, target: target, delay_ms: Double(fields[4]), factor: Double(fields[5]))
    component = fields[3].isEmpty ? nil : fields[3]
    (due_ns, began_ns, effective_ns) = (Int64(fields[6]), Int64(fields[7]), Int64(fields[8]))
    self.outcome = outcome
    remark = fields[10]
  }
}

extension FaultRecord {
  /// What these faults make of a measurement, a sentence each: one that was asked for and did not happen, a client whose
  /// records are lost.
  static func reasons(_ records: [FaultRecord]) -> [String] {
    records.compactMap { record in
      let whom = record.whom
      switch record.outcome {
      case .failed: return "the fault \(record.fault.text(of: whom)) did not happen: \(record.remark)"
      case .done where record.fault.action == .kill && whom.hasPrefix("client/"):
        return "\(whom) was killed at \(Number.text(record.fault.at_s)) s, and its records are lost"
      default: return nil
      }
    }
  }
}
