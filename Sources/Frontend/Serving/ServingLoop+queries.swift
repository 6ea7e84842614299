import NIOCore
import NIOHTTP1
import Serving

// From a request to the policy, and from an answer to its sender.
extension ServingLoop {
  /// Takes a query in.
  /// - Parameter input: checked as far as the frontend checks it without decoding.
  func take(_ input: ByteBuffer, _ headers: QueryHeaders, from sender: any AnswerTaking) {
    guard inFlight < settings.maxInFlight else {
      let refusal = Refusal(
        .serviceUnavailable, "\(inFlight) queries are in flight, as many as are allowed",
        header: Refusal.Header(name: "retry-after", value: "1"))
      countRefused(headers)
      sender.take(refusal)
      return
    }
    let arrived = now()
    let query = payloads.add(input)
    let row = records?.begin(QueryRecord(query: headers.query, arrived: arrived))
    flights.append(
      Flight(
        sender: sender, number: headers.query ?? query.number, phase: headers.phase, arrived: arrived, row: row))
    inFlight += 1
    countQuery()
    if let images {
      submit(.arrived(query, headers.phase))
      images.decode(input, of: query, for: self)
    } else {
      submit(.arrived(query, headers.phase), then: .ready(query))
    }
    drainIfAllAreIn()
  }

  /// Counts and records a query that is refused before the policy hears of it.
  func countRefused(_ headers: QueryHeaders) {
    let now = now()
    var record = QueryRecord(query: headers.query, arrived: now)
    record.completed = now
    record.source = .failed
    _ = records?.begin(record)
    if headers.phase == .measured { metrics.countAnswer(.failed, latency: .zero) }
    countQuery()
    drainIfAllAreIn()
  }

  /// Takes the image that `images` has decoded, or why it could not.
  func take(decoded: Result<ByteBuffer, any Error>, of query: QueryID) {
    switch decoded {
    case .success(let floats):
      payloads.store(decoded: floats, of: query)
      submit(.ready(query))
    case .failure(let failure):
      refuse(query, Refusal(.badRequest, "\(failure)"))
      submit(.withdrawn(query))
    }
  }

  /// Answers a query that waits; nothing happens if it has been answered.
  func answer(_ query: QueryID, _ output: ByteBuffer, _ source: AnswerSource) {
    guard let flight = flights[query.number], let sender = flight.sender else { return }
    flights[query.number]?.sender = nil
    sender.take(Answer(query: flight.number, output: output, source: source))
    complete(flight, source, predicted: records == nil ? nil : Answer.predicted(output))
  }

  /// Tells the sender of a query that waits that there will be no output.
  func refuse(_ query: QueryID, _ refusal: Refusal) {
    guard let flight = flights[query.number], let sender = flight.sender else { return }
    flights[query.number]?.sender = nil
    sender.take(refusal)
    complete(flight, .failed, predicted: nil)
  }

  /// Changes the record of a query, where there are records.
  func record(_ query: QueryID, _ change: (inout QueryRecord) -> Void) {
    guard let row = flights[query.number]?.row else { return }
    records?.change(row, change)
  }

  private func complete(_ flight: Flight, _ source: AnswerSource, predicted: Int?) {
    let completed = now()
    if let row = flight.row {
      records?.change(row) {
        $0.completed = completed
        $0.source = source
        $0.predicted = predicted
      }
    }
    if flight.phase == .measured { metrics.countAnswer(source, latency: completed - flight.arrived) }
    inFlight -= 1
  }

  private func countQuery() {
    if totals.queries == 0 { processor.begin() }
    ending.areRecordsWritten = false
    totals.queries += 1
  }
}
