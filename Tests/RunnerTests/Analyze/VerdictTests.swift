import Serving
import Testing

@testable import Runner

struct VerdictTests {
  private func reasons(_ records: [QueryRecord], total: Int? = nil, median: Double? = 30) -> [String] {
    Verdict.reasons(records: records, totalQueries: total ?? records.count, medianE2E_ms: median)
  }

  @Test("A trial whose every query was sent in time, answered and recorded is valid")
  func valid() throws {
    #expect(reasons(.sample(100, warmup: 20)).isEmpty)
    #expect(try Summary.sample(.sample(100)).verdict == .valid)
    #expect(reasons([]).isEmpty)
  }

  @Test("A query that was never sent makes it invalid, in warm-up too", arguments: [2, 17])
  func neverSent(query: Int) throws {
    var records = [QueryRecord].sample(20, warmup: 5)
    (records[query].sent_ns, records[query].received_ns, records[query].source) = (nil, nil, .failed)
    (records[query].arrived_ns, records[query].completed_ns) = (nil, nil)
    #expect(reasons(records) == ["1 query was never sent (query \(query))"])
    #expect(try Summary.sample(records).verdict == .invalid)
  }

  /// 101 queries of which the slowest two are late: p99 is the smaller of the two.
  private func late(_ lateness_ms: Double, isWarmup: Bool = false) -> [QueryRecord] {
    (0..<101).map { .sample($0, isWarmup: isWarmup, lateness_ms: $0 < 99 ? 0 : lateness_ms) }
  }

  @Test("Lateness may have a p99 of 1 ms and not more")
  func lateness() {
    #expect(reasons(late(1), median: 10).isEmpty)
    #expect(reasons(late(1.001), median: 10) == ["queries were sent late: p99 1.00 ms, allowed 1.00 ms"])
    #expect(!reasons(late(1.001), median: nil).isEmpty)
  }

  @Test("Of slow answers lateness may have a p99 of 5 % of their median and not more")
  func latenessOfSlow() {
    #expect(reasons(late(5), median: 100).isEmpty)
    #expect(reasons(late(5.001), median: 100) == ["queries were sent late: p99 5.00 ms, allowed 5.00 ms"])
  }

  @Test("One late query in a hundred is not the p99, and warm-up may be late")
  func latenessElsewhere() {
    var records = late(0)
    records[50] = .sample(50, lateness_ms: 500)
    #expect(reasons(records).isEmpty)
    #expect(reasons(late(500, isWarmup: true)).isEmpty)
  }

  @Test("A query without an answer makes it invalid: refused, or no reply; a default output is an answer")
  func withoutAnswer() {
    var records = [QueryRecord].sample(20, warmup: 5)
    records[6].source = .default
    #expect(reasons(records).isEmpty)
    records[7].source = .failed
    #expect(reasons(records) == ["1 query has no answer (query 7)"])
    records[2].received_ns = nil
    #expect(reasons(records) == ["2 queries have no answer (the first is query 2)"])
  }

  @Test("Fewer rows than queries make it invalid")
  func fewer() {
    #expect(reasons(.sample(19), total: 20) == ["records of 1 of 20 queries are missing"])
    #expect(reasons([], total: 20) == ["records of 20 of 20 queries are missing"])
  }

  @Test("A repeated row makes it invalid, even where it makes up the number")
  func repeated() {
    var records = [QueryRecord].sample(20)
    records[5] = records[4]
    #expect(
      reasons(records) == ["records of 1 of 20 queries are missing", "1 record is a repetition"])
    #expect(reasons(.sample(20) + [.sample(3), .sample(3)], total: 20) == ["2 records are repetitions"])
  }

  @Test("A row of no query of the schedule makes it invalid")
  func stranger() {
    #expect(reasons(.sample(21), total: 20) == ["1 record is of no query of the schedule (query 20)"])
  }

  @Test("An answered query that one side has no record of makes it invalid")
  func half() {
    var records = [QueryRecord].sample(20)
    (records[8].arrived_ns, records[8].completed_ns, records[8].source) = (nil, nil, nil)
    #expect(reasons(records) == ["1 answered query is missing from the frontend's records (query 8)"])
    records = .sample(20)
    (records[8].scheduled_ns, records[8].sent_ns, records[8].received_ns) = (nil, nil, nil)
    #expect(reasons(records) == ["records of 1 of 20 queries are missing"])
  }

  @Test("Several broken rules are all told")
  func several() {
    var records = late(50)
    records[0].sent_ns = nil
    records[1].source = .failed
    #expect(reasons(records, total: 102).count == 4)
  }
}
