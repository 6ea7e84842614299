import Serving
import Testing

@testable import Runner

struct MergeTests {
  private func client(_ query: Int, sent: Int64? = 11, received: Int64? = 40, status: Int? = 200) -> ClientRow {
    ClientRow(
      query: query, client: 1, sample: 5, isWarmup: false, scheduled_ns: 10, sent_ns: sent, received_ns: received,
      status: status, label: 3, predicted: status == 200 ? 4 : nil)
  }

  private func frontend(_ query: Int?, source: AnswerSource? = .own) -> FrontendRow {
    FrontendRow(
      query: query, batch: 8, group: 4, arrived_ns: 20, dispatched_ns: 21, own_ns: 30, redundant_ns: nil,
      completed_ns: 31, source: source, worker: 2, predicted: 4)
  }

  @Test("Both sides of a query become one row")
  func joined() {
    let records = QueryRecord.merge(clients: [client(0)], frontend: [frontend(0)], warmup: 0)
    #expect(
      records == [
        QueryRecord(
          query: 0, client: 1, sample: 5, batch: 8, group: 4, isWarmup: false, scheduled_ns: 10, sent_ns: 11,
          received_ns: 40, arrived_ns: 20, dispatched_ns: 21, own_ns: 30, redundant_ns: nil, completed_ns: 31,
          source: .own, worker: 2, label: 3, predicted: 4)
      ])
  }

  @Test("Rows come in the order of their numbers, whatever the order of the files")
  func order() {
    let records = QueryRecord.merge(
      clients: [2, 0, 3, 1].map { client($0) }, frontend: [3, 2, 1, 0].map { frontend($0) }, warmup: 0)
    #expect(records.map(\.query) == [0, 1, 2, 3])
    #expect(records.allSatisfy { $0.arrived_ns == 20 })
  }

  @Test("A query without a number at the frontend is not of the trial")
  func numberless() {
    #expect(QueryRecord.merge(clients: [client(0)], frontend: [frontend(nil), frontend(0)], warmup: 0).count == 1)
  }

  @Test("A query that only its client knows failed, unless the client has an answer")
  func clientOnly() {
    let rows = [
      client(0, sent: nil, received: nil, status: nil), client(1, received: nil, status: nil), client(2, status: 503),
      client(3),
    ]
    let records = QueryRecord.merge(clients: rows, frontend: [], warmup: 0)
    #expect(records.map(\.source) == [.failed, .failed, .failed, nil])
    #expect(records.map(\.predicted) == [nil, nil, nil, 4])
  }

  @Test("A refusal that the client got is a failure whatever the frontend wrote; a lost reply keeps its source")
  func clientJudges() {
    let rows = [client(0, status: 500), client(1, received: nil, status: nil)]
    let records = QueryRecord.merge(clients: rows, frontend: [frontend(0), frontend(1)], warmup: 0)
    #expect(records.map(\.source) == [.failed, .own])
  }

  @Test("A query that the frontend never answered failed if the client has no answer either")
  func unanswered() {
    let records = QueryRecord.merge(
      clients: [client(0, received: nil, status: nil)], frontend: [frontend(0, source: nil)], warmup: 0)
    #expect(records.map(\.source) == [.failed])
  }

  @Test("Rows of the same query, and rows of the frontend alone, stay visible")
  func repetitions() {
    let records = QueryRecord.merge(
      clients: [client(0), client(0)], frontend: [frontend(1), frontend(0), frontend(1)], warmup: 1)
    #expect(records.map(\.query) == [0, 0, 1, 1])
    #expect(records.map(\.arrived_ns) == [20, nil, 20, 20])
    #expect(records.map(\.client) == [1, 1, nil, nil])
    #expect(records.suffix(2).allSatisfy { !$0.isWarmup && $0.scheduled_ns == nil })
    #expect(QueryRecord.merge(clients: [], frontend: [frontend(0)], warmup: 1)[0].isWarmup)
  }
}
