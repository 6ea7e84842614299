/// One line of the table: ours and the same work in C, measured in the same run.
struct Row {
  var what: String
  var ours: Double
  /// nil where there is nothing to compare with.
  var reference: Double?
  var unit: String
}

extension Row: CustomStringConvertible {
  static let header = line("WHAT", "OURS", "C", "RATIO", "UNIT")

  var description: String {
    Row.line(
      what, Row.digits(ours), reference.map(Row.digits) ?? "-", reference.map { Row.digits(ours / $0) } ?? "-", unit)
  }

  /// Three significant digits or so.
  private static func digits(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    if value.magnitude >= 100 { return String(Int(value.rounded())) }
    let scale = value.magnitude >= 10 ? 10.0 : value.magnitude >= 0.1 || value == 0 ? 100 : 10_000
    return ((value * scale).rounded() / scale).description
  }

  private static func line(_ what: String, _ ours: String, _ reference: String, _ ratio: String, _ unit: String)
    -> String
  {
    left(what, 58) + right(ours, 10) + right(reference, 10) + right(ratio, 8) + "  " + unit
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
