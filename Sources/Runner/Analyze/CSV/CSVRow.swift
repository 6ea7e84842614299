import Foundation

/// One line of a CSV file with a fixed header; it reads and writes its fields in the order of the columns.
protocol CSVRow {
  static var columns: [String] { get }
  init(from reader: inout CSVReader) throws(CSVError)
  func write(to writer: inout CSVWriter)
}

extension CSVRow {
  /// Reads a whole file.
  /// - Throws: `CSVError`, or what the file system says.
  static func read(_ file: URL) throws -> [Self] {
    var reader = try CSVReader([UInt8](Data(contentsOf: file)), file: file.lastPathComponent, columns: columns)
    var rows: [Self] = []
    while !reader.isAtEnd {
      rows.append(try Self(from: &reader))
      reader.endRow()
    }
    return rows
  }

  /// Writes a whole file; it appears under its name when it is complete.
  static func write(_ rows: [Self], to file: URL) throws {
    var writer = CSVWriter(columns: columns)
    for row in rows {
      row.write(to: &writer)
      writer.endRow()
    }
    try Data(writer.bytes).write(to: file, options: .atomic)
  }
}

/// Where a CSV file is not as it should be, and why.
struct CSVError: Error, Equatable, CustomStringConvertible {
  var file: String
  /// From 1; the header is line 1.
  var line: Int
  /// Nil: the line as a whole.
  var column: String?
  var reason: String

  var description: String { "\(file), line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason)" }
}
