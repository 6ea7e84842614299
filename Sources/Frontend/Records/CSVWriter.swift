/// Rows of integers and words as CSV text; an absent value is empty.
struct CSVWriter {
  private(set) var text: [UInt8] = []
  private var isRowEmpty = true

  init(header: String) {
    text.append(contentsOf: header.utf8)
    endRow()
  }

  mutating func add(_ number: Int?) {
    beginField()
    if let number { text.append(contentsOf: String(number).utf8) }
  }

  mutating func add(_ word: String?) {
    beginField()
    if let word { text.append(contentsOf: word.utf8) }
  }

  mutating func endRow() {
    text.append(UInt8(ascii: "\n"))
    isRowEmpty = true
  }

  private mutating func beginField() {
    if !isRowEmpty { text.append(UInt8(ascii: ",")) }
    isRowEmpty = false
  }
}
