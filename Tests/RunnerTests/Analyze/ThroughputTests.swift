import Serving
import Testing

@testable import Runner

struct ThroughputTests {
  @Test("Rates are of the measured queries: their gaps by the time from first to last")
  func rates() {
    // One query every 10 ms; answers as far apart.
    let throughput = Throughput(.sample(300, warmup: 100))
    #expect(abs((throughput.offered_per_s ?? 0) - 100) < 1e-9)
    #expect(abs((throughput.achieved_per_s ?? 0) - 100) < 1e-9)
    var records = [QueryRecord].sample(101)
    for query in 1..<100 where query.isMultiple(of: 2) { records[query].source = .failed }
    #expect(abs((Throughput(records).achieved_per_s ?? 0) - 51) < 1e-9)
  }

  @Test("Fewer than two queries have no rate")
  func few() {
    #expect(Throughput([]) == Throughput(.sample(1)))
    #expect(Throughput([]).offered_per_s == nil)
    #expect(!Throughput([]).overloaded)
  }

  /// A server that works on one query at a time, each for `service_ms`, offered one every 10 ms.
  private func queue(service_ms: Double, count: Int = 2000) -> [QueryRecord] {
    var free_ms = 0.0
    return (0..<count).map { query in
      let arrival_ms = Double(query) * 10
      free_ms = max(free_ms, arrival_ms) + service_ms
      return .sample(query, latency_ms: free_ms - arrival_ms)
    }
  }

  @Test(
    "Overloaded: completions fall more than 5 % behind arrivals",
    arguments: [(1, false), (9.9, false), (10.4, false), (10.6, true), (12, true), (100, true)])
  func overloaded(service_ms: Double, overloaded: Bool) {
    // A service of 10 / 0.95 = 10.53 ms is the boundary.
    #expect(Throughput(queue(service_ms: service_ms)).overloaded == overloaded)
  }

  @Test("Latency as such, however long, is no overload; nor is a short trial", arguments: [2, 10, 100, 1000])
  func longLatency(count: Int) {
    #expect(!Throughput(.sample(count) { _ in 3000 }).overloaded)
  }

  @Test("Exactly 5 % is not more than 5 %, and refused or default answers are not completions")
  func boundary() {
    for source in [AnswerSource.failed, .default] {
      // 201 queries: the hundred after the middle one are the second half.
      var records = [QueryRecord].sample(201)
      for query in 110..<115 { records[query].source = source }
      #expect(!Throughput(records).overloaded)
      records[115].source = source
      #expect(Throughput(records).overloaded)
    }
  }

  @Test("What was lost in the first half does not count")
  func firstHalf() {
    var records = [QueryRecord].sample(201)
    for query in 0..<90 { records[query].source = .failed }
    #expect(!Throughput(records).overloaded)
  }
}
