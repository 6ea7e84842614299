/// Rows of cells set in columns, as a plan shows them.
enum TextTable {
  /// - Parameters:
  ///   - rows: the first is the header; all have as many cells.
  ///   - words: headers of columns that are set to the left; others hold numbers and are set to the right.
  /// - Returns: a line a row; the last column is not padded.
  static func lines(_ rows: [[String]], words: Set<String>) -> [String] {
    guard let header = rows.first else { return [] }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let isWords = words.contains(header[column])
        if isWords && column == row.count - 1 { return cell.0 }
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return isWords ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }
  }
}
