/// Reads fields one after the other from the bytes of a CSV file: whole numbers, words, and empty ones for what does not
/// apply. No quoting: none of our fields needs it.
struct CSVReader {
  private let bytes: [UInt8]
  private let file: String
  private let columns: [String]
  private var position = 0
  private var line = 1
  /// Of the next field, from 0.
  private var column = 0

  private static let comma = UInt8(ascii: ",")
  private static let newline = UInt8(ascii: "\n")

  /// - Throws: `CSVError` if the first line does not name exactly `columns`.
  init(_ bytes: [UInt8], file: String, columns: [String]) throws(CSVError) {
    (self.bytes, self.file, self.columns) = (bytes, file, columns)
    let header = columns.joined(separator: ",")
    let first = bytes.prefix { $0 != CSVReader.newline }
    guard first.elementsEqual(header.utf8), first.count < bytes.count else {
      let reason = CSVReader.difference(String(decoding: first.prefix(1000), as: UTF8.self), from: header)
      throw CSVError(file: file, line: 1, column: nil, reason: reason)
    }
    position = first.count + 1
    line = 2
  }

  /// What is wrong with a header: the whole where it is short, else the place.
  private static func difference(_ found: String, from header: String) -> String {
    if found.unicodeScalars.elementsEqual((header + "\r").unicodeScalars) {
      return "the header ends with a carriage return (CR LF); allowed: lines that end with LF alone"
    }
    if found == header { return "the file ends here, inside the header" }
    // Cut, it may look like what it should be.
    guard JSONNode.shortened(found) != found else {
      return "the header is \(JSONNode.quoted(found)), not \"\(header)\""
    }
    let (columns, wanted) = (
      found.split(separator: ",", omittingEmptySubsequences: false), header.split(separator: ",")
    )
    let place = zip(columns, wanted).prefix { $0 == $1 }.count
    let name = place < columns.count ? JSONNode.quoted(String(columns[place])) : "missing"
    let instead = place < wanted.count ? "\"\(wanted[place])\"" : "nothing, as there are \(wanted.count) columns"
    return "column \(place + 1) of the header is \(name), not \(instead)"
  }

  /// Whether all rows have been read.
  var isAtEnd: Bool { position == bytes.count }

  /// The next field as a whole number; nil if it is empty.
  mutating func optionalInteger() throws(CSVError) -> Int64? {
    let field = try field()
    guard !field.isEmpty else { return nil }
    var digits = field
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    var value: Int64 = 0
    var isWhole = !digits.isEmpty
    for byte in digits {
      let digit = Int64(byte) - 48
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooLargeSum) = product.addingReportingOverflow(digit)
      guard (0...9).contains(digit), !tooLarge, !tooLargeSum else {
        isWhole = false
        break
      }
      value = sum
    }
    guard isWhole else { throw failure("\"\(String(decoding: field, as: UTF8.self))\" is not a whole number") }
    return isNegative ? -value : value
  }

  /// The next field as a whole number, which must be there.
  mutating func integer() throws(CSVError) -> Int64 {
    guard let value = try optionalInteger() else { throw failure("is empty") }
    return value
  }

  /// The next field as 0 or 1.
  mutating func flag() throws(CSVError) -> Bool {
    let value = try integer()
    guard value == 0 || value == 1 else { throw failure("\(value) is neither 0 nor 1") }
    return value == 1
  }

  /// The next field as one of an enumeration's words; nil if it is empty.
  mutating func optionalWord<Word: RawRepresentable & CaseIterable>(
    _ type: Word.Type
  ) throws(CSVError) -> Word? where Word.RawValue == String {
    let field = try field()
    guard !field.isEmpty else { return nil }
    let text = String(decoding: field, as: UTF8.self)
    guard let word = Word(rawValue: text) else {
      throw failure("\"\(text)\" is none of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }

  /// The next field as one of an enumeration's words, which must be there.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ type: Word.Type
  ) throws(CSVError) -> Word where Word.RawValue == String {
    guard let word = try optionalWord(type) else { throw failure("is empty") }
    return word
  }

  /// Goes to the next row, all of whose fields have been read.
  mutating func endRow() {
    line += 1
    column = 0
  }

  /// The next field; afterwards the position is behind its comma or newline.
  private mutating func field() throws(CSVError) -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count, bytes[position] != CSVReader.comma, bytes[position] != CSVReader.newline {
      position += 1
    }
    column += 1
    guard position < bytes.count else { throw failure("the file ends here, inside a line") }
    let isLast = bytes[position] == CSVReader.newline
    guard isLast == (column == columns.count) else {
      throw CSVError(
        file: file, line: line, column: nil,
        reason: "has \(isLast ? "fewer" : "more") fields than the \(columns.count) of the header")
    }
    position += 1
    return bytes[start..<position - 1]
  }

  /// About the field that was read last.
  private func failure(_ reason: String) -> CSVError {
    CSVError(file: file, line: line, column: columns[max(0, column - 1)], reason: reason)
  }
}
