import Serving

extension Records {
  /// The text of `frontend.csv`.
  func queriesCSV() -> [UInt8] {
    var csv = CSVWriter(header: QueryRecord.header)
    for row in queries {
      csv.add(row.query)
      csv.add(row.batch)
      csv.add(row.group)
      csv.add(row.arrived)
      csv.add(row.dispatched)
      csv.add(row.own)
      csv.add(row.redundant)
      csv.add(row.completed)
      csv.add(row.source?.rawValue)
      csv.add(row.worker.map(Int.init))
      csv.add(row.predicted)
      csv.endRow()
    }
    return csv.text
  }

  /// The text of `codes.csv`.
  func codesCSV() -> [UInt8] {
    var csv = CSVWriter(header: CodeRecord.header)
    for row in codes {
      csv.add(row.group.number)
      csv.add(row.kind.rawValue)
      csv.add(row.started)
      csv.add(Int(row.duration.nanoseconds))
      csv.endRow()
    }
    return csv.text
  }

  /// Writes `frontend.csv`, `codes.csv` and, last, `frontend.json` into `folder`, which is made if it is not there.
  func write(to folder: String, totals: RunTotals) throws {
    var totals = totals
    totals.codes = codes.count
    try RecordFile.makeFolder(folder)
    try RecordFile.write(queriesCSV(), to: folder + "/frontend.csv")
    try RecordFile.write(codesCSV(), to: folder + "/codes.csv")
    try RecordFile.write(Array(totals.json.utf8), to: folder + "/frontend.json")
  }
}

extension CSVWriter {
  fileprivate mutating func add(_ instant: Instant?) { add(instant.map { Int($0.nanoseconds) }) }
}
