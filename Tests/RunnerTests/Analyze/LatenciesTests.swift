import Serving
import Testing

@testable import Runner

struct LatenciesTests {
  private func latencies(
    _ records: [QueryRecord], _ mode: RedundancyMode = .coded, codes: [CodeRecord] = []
  ) -> Latencies { Latencies(records: records, codes: codes, mode: mode) }

  @Test("Warm-up is not measured")
  func warmup() {
    let measured = latencies(.sample(10, warmup: 6) { Double($0) })
    #expect(measured.e2e_ms == [6, 7, 8, 9])
    #expect(measured.client_ms == [7, 8, 9, 10])
  }

  @Test("A default output counts, a failure does not, an unanswered query has no latency")
  func sources() {
    var unanswered = QueryRecord.sample(3, source: nil)
    (unanswered.completed_ns, unanswered.received_ns) = (nil, nil)
    let records: [QueryRecord] = [
      .sample(0, latency_ms: 100, source: .default), .sample(1, latency_ms: 1, source: .failed),
      .sample(2, latency_ms: 20, source: .reconstructed), unanswered,
    ]
    #expect(latencies(records).e2e_ms == [20, 100])
    #expect(latencies(records).client_ms == [21, 101])
  }

  @Test("Codes of warm-up groups and of groups that no query is in are dropped")
  func codes() {
    let codes = (0..<6).map { CodeRecord(group: $0, kind: .encode, started_ns: 1, duration_ns: Int64($0) * 1000) }
    let decodes = codes.map { CodeRecord(group: $0.group, kind: .decode, started_ns: 1, duration_ns: 500) }
    // Groups 0 and 1 hold the warm-up queries 0...3, groups 2 to 4 the measured ones; nobody is in group 5.
    let measured = latencies(.sample(10, warmup: 4), codes: codes + decodes)
    #expect(measured.encoding_us == [2, 3, 4])
    #expect(measured.decoding_us == [0.5, 0.5, 0.5])
  }

  @Test("In cheap a query takes min(own, max(median own, approximate)); the approximate alone where own was removed")
  func cheap() {
    let records: [QueryRecord] = [
      // Own latencies 10, 20, 30, 50: their median is 25.
      .sample(0, latency_ms: 10, own_ms: 10, redundant_ms: 12),
      .sample(1, latency_ms: 5, source: .approximate, own_ms: 20, redundant_ms: 5),
      .sample(2, latency_ms: 5, source: .approximate, own_ms: 30, redundant_ms: 5),
      .sample(3, latency_ms: 40, source: .approximate, own_ms: 50, redundant_ms: 40),
      .sample(4, latency_ms: 7, source: .approximate, redundant_ms: 7),
      .sample(5, latency_ms: 100, source: .default, redundant_ms: 400),
      .sample(6, latency_ms: 3, source: .failed, own_ms: 900),
    ]
    #expect(latencies(records, .cheap).e2e_ms == [7, 10, 20, 25, 40, 100])
    #expect(latencies([.sample(0, own_ms: 30), .sample(1, own_ms: 40)], .cheap).e2e_ms == [30, 40])
    // Other modes know no such rule.
    #expect(latencies(records, .coded).e2e_ms == [5, 5, 7, 10, 40, 100])
  }

  @Test("The median of own in cheap is that of measured queries only")
  func cheapWarmup() {
    let records: [QueryRecord] = [
      .sample(0, isWarmup: true, own_ms: 1000), .sample(1, own_ms: 20), .sample(2, own_ms: 30, redundant_ms: 1),
    ]
    #expect(latencies(records, .cheap).e2e_ms == [20, 25])
  }
}
