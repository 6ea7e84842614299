import Serving

/// A row of `records.csv`: what became of one query, by the clocks of its client and of the frontend. Nil where it does
/// not apply or never happened. Instants are Unix nanoseconds.
struct QueryRecord: Equatable, Sendable {
  var query: Int
  /// Nil: only the frontend knows of the query.
  var client: Int?
  /// Of the payload.
  var sample: Int?
  var batch: Int?
  var group: Int?
  var isWarmup: Bool

  /// When the client was to send it.
  var scheduled_ns: Int64?
  var sent_ns: Int64?
  /// When the client had the whole reply.
  var received_ns: Int64?

  var arrived_ns: Int64?
  var dispatched_ns: Int64?
  /// When the answer of the query's own instance was in.
  var own_ns: Int64?
  /// When a redundant answer was ready.
  var redundant_ns: Int64?
  /// When the reply was sent.
  var completed_ns: Int64?

  /// Nil: the client has an answer of which the frontend has no record, or the client has no record of the query.
  var source: AnswerSource?
  /// Whose query it was.
  var worker: Int?
  var label: Int?
  /// Which output was the largest.
  var predicted: Int?

  /// Whether it was answered, by a model or by default.
  var isAnswered: Bool { source != nil && source != .failed }

  /// From arrival to reply at the frontend; nil unless it was answered.
  var e2e_ms: Double? { isAnswered ? latency_ms(arrived_ns, completed_ns) : nil }

  /// From the instant at which it should have been sent to the reply at the client; nil unless it was answered.
  var client_ms: Double? { isAnswered ? latency_ms(scheduled_ns, received_ns) : nil }

  /// How much too late it was sent; nil if it was not.
  var lateness_ms: Double? { latency_ms(scheduled_ns, sent_ns) }

  /// Milliseconds from one instant to another; nil unless both happened.
  func latency_ms(_ start_ns: Int64?, _ end_ns: Int64?) -> Double? {
    guard let start_ns, let end_ns else { return nil }
    return Double(end_ns - start_ns) / 1e6
  }
}

extension QueryRecord: CSVRow {
  static let columns = [
    "query", "client", "sample", "batch", "group", "warmup", "scheduled_ns", "sent_ns", "received_ns", "arrived_ns",
    "dispatched_ns", "own_ns", "redundant_ns", "completed_ns", "source", "worker", "label", "predicted",
  ]

  init(from reader: inout CSVReader) throws(CSVError) {
    query = Int(try reader.integer())
    client = try reader.optionalInteger().map(Int.init)
    sample = try reader.optionalInteger().map(Int.init)
    batch = try reader.optionalInteger().map(Int.init)
    group = try reader.optionalInteger().map(Int.init)
    isWarmup = try reader.flag()
    scheduled_ns = try reader.optionalInteger()
    sent_ns = try reader.optionalInteger()
    received_ns = try reader.optionalInteger()
    arrived_ns = try reader.optionalInteger()
    dispatched_ns = try reader.optionalInteger()
    own_ns = try reader.optionalInteger()
    redundant_ns = try reader.optionalInteger()
    completed_ns = try reader.optionalInteger()
    source = try reader.optionalWord(AnswerSource.self)
    worker = try reader.optionalInteger().map(Int.init)
    label = try reader.optionalInteger().map(Int.init)
    predicted = try reader.optionalInteger().map(Int.init)
  }

  func write(to writer: inout CSVWriter) {
    writer.add(query)
    writer.add(client)
    writer.add(sample)
    writer.add(batch)
    writer.add(group)
    writer.add(isWarmup)
    writer.add(scheduled_ns)
    writer.add(sent_ns)
    writer.add(received_ns)
    writer.add(arrived_ns)
    writer.add(dispatched_ns)
    writer.add(own_ns)
    writer.add(redundant_ns)
    writer.add(completed_ns)
    writer.add(source?.rawValue)
    writer.add(worker)
    writer.add(label)
    writer.add(predicted)
  }
}
