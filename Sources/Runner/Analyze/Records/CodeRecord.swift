/// A row of `codes.csv`: the time the code took for one parity query or one reconstructed query.
struct CodeRecord: Equatable, Sendable {
  enum Kind: String, CaseIterable, Sendable { case encode, decode }

  var group: Int
  var kind: Kind
  /// Unix nanoseconds.
  var started_ns: Int64
  var duration_ns: Int64
}

extension CodeRecord: CSVRow {
  static let columns = ["group", "kind", "started_ns", "duration_ns"]

  init(from reader: inout CSVReader) throws(CSVError) {
    group = Int(try reader.integer())
    kind = try reader.word(Kind.self)
    started_ns = try reader.integer()
    duration_ns = try reader.integer()
  }

  func write(to writer: inout CSVWriter) {
    writer.add(group)
    writer.add(kind.rawValue)
    writer.add(started_ns)
    writer.add(duration_ns)
  }
}
