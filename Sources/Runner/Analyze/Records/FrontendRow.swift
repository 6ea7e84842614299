import Serving

/// A row of `frontend.csv`: what the frontend saw of a query.
struct FrontendRow: Equatable, Sendable {
  /// Nil: the query carried no number, so it is not of the trial.
  var query: Int?
  var batch: Int?
  var group: Int?
  var arrived_ns: Int64?
  var dispatched_ns: Int64?
  var own_ns: Int64?
  var redundant_ns: Int64?
  var completed_ns: Int64?
  var source: AnswerSource?
  var worker: Int?
  var predicted: Int?
}

extension FrontendRow: CSVRow {
  static let columns = [
    "query", "batch", "group", "arrived_ns", "dispatched_ns", "own_ns", "redundant_ns", "completed_ns", "source",
    "worker", "predicted",
  ]

  init(from reader: inout CSVReader) throws(CSVError) {
    query = try reader.optionalInteger().map(Int.init)
    batch = try reader.optionalInteger().map(Int.init)
    group = try reader.optionalInteger().map(Int.init)
    arrived_ns = try reader.optionalInteger()
    dispatched_ns = try reader.optionalInteger()
    own_ns = try reader.optionalInteger()
    redundant_ns = try reader.optionalInteger()
    completed_ns = try reader.optionalInteger()
    source = try reader.optionalWord(AnswerSource.self)
    worker = try reader.optionalInteger().map(Int.init)
    predicted = try reader.optionalInteger().map(Int.init)
  }

  func write(to writer: inout CSVWriter) {
    writer.add(query)
    writer.add(batch)
    writer.add(group)
    writer.add(arrived_ns)
    writer.add(dispatched_ns)
    writer.add(own_ns)
    writer.add(redundant_ns)
    writer.add(completed_ns)
    writer.add(source?.rawValue)
    writer.add(worker)
    writer.add(predicted)
  }
}
