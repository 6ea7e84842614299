/// Builds the bytes of a CSV file field by field; nil becomes an empty field.
struct CSVWriter {
  private(set) var bytes: [UInt8]
  private var isAtRowStart = true

  init(columns: [String]) {
    bytes = Array(columns.joined(separator: ",").utf8)
    endRow()
  }

  mutating func add(_ value: Int64?) {
    separate()
    if let value { bytes.append(contentsOf: String(value).utf8) }
  }

  mutating func add(_ value: Int?) { add(value.map(Int64.init)) }
  mutating func add(_ value: Bool) { add(value ? 1 as Int64 : 0) }

  mutating func add(_ word: String?) {
    separate()
    if let word { bytes.append(contentsOf: word.utf8) }
  }

  mutating func endRow() {
    bytes.append(UInt8(ascii: "\n"))
    isAtRowStart = true
  }

  private mutating func separate() {
    if !isAtRowStart { bytes.append(UInt8(ascii: ",")) }
    isAtRowStart = false
  }
}
