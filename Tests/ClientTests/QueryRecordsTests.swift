import Foundation
import NIOCore
import Serving
import Testing

@testable import Client

@Suite("A client's records")
struct QueryRecordsTests {
  private func records(_ outcomes: [Outcome], warmup: Int = 0, labels: [Int?] = [nil]) throws -> QueryRecords {
    let samples = labels.map { Sample(body: ByteBuffer(), label: $0) }
    let load = Load(
      seed: 3, rate_per_s: 10, total: max(3, outcomes.count), warmup: warmup, process: .uniform, samples: samples.count)
    return QueryRecords(
      client: 2, start_ns: 1_700_000_000_000_000_000, plan: try Schedule(load).queries, samples: samples,
      outcomes: outcomes)
  }

  private func written(_ records: QueryRecords) throws -> String {
    var text = ""
    try inFolder { folder in
      let path = folder.appendingPathComponent("client_2.csv").path
      let file = try RecordFile(path: path)
      #expect(!FileManager.default.fileExists(atPath: path))
      try records.write(to: file)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["client_2.csv"])
      text = try String(contentsOfFile: path, encoding: .utf8)
    }
    return text
  }

  @Test("A row holds what happened; what did not happen is empty")
  func rows() throws {
    let start: Int64 = 1_700_000_000_000_000_000
    let outcomes = [
      Outcome(sent_ns: start + 10, received_ns: start + 20, status: 200, predicted: 7),
      Outcome(sent_ns: start + 100_000_001), Outcome(),
    ]
    #expect(
      try written(records(outcomes, warmup: 1, labels: [4])) == """
        query,client,sample,warmup,scheduled_ns,sent_ns,received_ns,status,label,predicted
        0,2,0,1,1700000000000000000,1700000000000000010,1700000000000000020,200,4,7
        1,2,0,0,1700000000100000000,1700000000100000001,,,4,
        2,2,0,0,1700000000200000000,,,,4,

        """)
  }

  @Test("A run that was stopped has a row for each query whose instant had come")
  func stopped() throws {
    let text = try written(records([Outcome()]))
    #expect(text.split(separator: "\n").count == 2)
  }

  @Test("More rows than fit in a buffer are all there, in order")
  func many() throws {
    let text = try written(records(Array(repeating: Outcome(sent_ns: 1, received_ns: 2, status: 200), count: 5000)))
    let queries = text.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: ",").first.flatMap { Int($0) }
    }
    #expect(queries == Array(0..<5000))
  }

  @Test("A folder that is not there is refused before anything is sent, and nothing is left of records never written")
  func unwritable() throws {
    let error = try #require(throws: ClientError.self) { try RecordFile(path: "/nonexistent/out.csv") }
    #expect(error.description.contains("/nonexistent/out.csv"))
    try inFolder { folder in
      _ = try RecordFile(path: folder.appendingPathComponent("out.csv").path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test(
    "The table counts latency from the scheduled instant, of answered measured queries alone, and all replies by status"
  )
  func table() throws {
    let start: Int64 = 1_700_000_000_000_000_000
    func outcome(_ index: Int64, status: UInt16, after_ms: Int64) -> Outcome {
      let scheduled = start + index * 100_000_000
      return Outcome(sent_ns: scheduled + 250_000, received_ns: scheduled + after_ms * 1_000_000, status: status)
    }
    let outcomes = [
      outcome(0, status: 200, after_ms: 999), outcome(1, status: 200, after_ms: 10),
      outcome(2, status: 200, after_ms: 20),
      outcome(3, status: 503, after_ms: 1), Outcome(sent_ns: start + 400_000_000), Outcome(),
    ]
    #expect(
      LatencyTable(try records(outcomes, warmup: 1)).description == """
        CLIENT_LATENCY (ms)
        NUM\tMED\tMEAN\tP99\tP99.5\tP99.9
        2\t15.00\t15.00\t19.90\t19.95\t19.99

        REPLIES
        STATUS\tNUM
        200\t2
        503\t1
        none\t2

        LATENESS (ms)
        NUM\tMED\tP99\tMAX\tUNSENT
        4\t0.250\t0.250\t0.250\t1
        """)
  }

  @Test("A table of nothing says none")
  func nothing() throws {
    #expect(LatencyTable(try records([])).description.contains("\nnone\n"))
  }

  @Test(
    "Decimals are rounded to their places",
    arguments: [(0, "0.00"), (1.005, "1.00"), (0.999, "1.00"), (12.3, "12.30"), (-0.5, "-0.50"), (-0.001, "0.00")])
  func decimals(value: Double, text: String) {
    #expect(LatencyTable.decimal(value, places: 2) == text)
  }
}
