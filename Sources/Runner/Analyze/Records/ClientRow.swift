/// A row of `client_<n>.csv`: what a client saw of a query that it was to send.
struct ClientRow: Equatable, Sendable {
  var query: Int
  var client: Int
  var sample: Int
  var isWarmup: Bool
  var scheduled_ns: Int64
  var sent_ns: Int64?
  var received_ns: Int64?
  /// Of HTTP; nil without a reply.
  var status: Int?
  var label: Int?
  var predicted: Int?

  /// Whether the reply was an output.
  var hasAnswer: Bool { status.map { (200..<300).contains($0) } ?? false }
}

extension ClientRow: CSVRow {
  static let columns = [
    "query", "client", "sample", "warmup", "scheduled_ns", "sent_ns", "received_ns", "status", "label", "predicted",
  ]

  init(from reader: inout CSVReader) throws(CSVError) {
    query = Int(try reader.integer())
    client = Int(try reader.integer())
    sample = Int(try reader.integer())
    isWarmup = try reader.flag()
    scheduled_ns = try reader.integer()
    sent_ns = try reader.optionalInteger()
    received_ns = try reader.optionalInteger()
    status = try reader.optionalInteger().map(Int.init)
    label = try reader.optionalInteger().map(Int.init)
    predicted = try reader.optionalInteger().map(Int.init)
  }

  func write(to writer: inout CSVWriter) {
    writer.add(query)
    writer.add(client)
    writer.add(sample)
    writer.add(isWarmup)
    writer.add(scheduled_ns)
    writer.add(sent_ns)
    writer.add(received_ns)
    writer.add(status)
    writer.add(label)
    writer.add(predicted)
  }
}
