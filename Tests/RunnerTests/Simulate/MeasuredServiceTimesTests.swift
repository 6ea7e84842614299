import Foundation
import Testing

@testable import Runner

@Suite("Measured service times")
struct MeasuredServiceTimesTests {
  private func row(
    _ query: Int, batch: Int, dispatched_ns: Int64?, own_ns: Int64?, isWarmup: Bool = false
  ) -> QueryRecord {
    QueryRecord(query: query, batch: batch, isWarmup: isWarmup, dispatched_ns: dispatched_ns, own_ns: own_ns)
  }

  private func read(_ rows: [QueryRecord]) throws -> MeasuredServiceTimes {
    let folder = try TemporaryFolder()
    let file = URL(filePath: folder.path).appending(path: "records.csv")
    try QueryRecord.write(rows, to: file)
    return try MeasuredServiceTimes(path: file.path)
  }

  @Test("are those of each measured batch, once")
  func times() throws {
    let times = try read([
      row(0, batch: 0, dispatched_ns: 0, own_ns: 99, isWarmup: true),
      row(1, batch: 1, dispatched_ns: 1_000_000, own_ns: 31_000_000),
      row(2, batch: 1, dispatched_ns: 1_000_000, own_ns: 31_000_000),
      row(3, batch: 2, dispatched_ns: 5_000_000, own_ns: 7_500_000), row(4, batch: 3, dispatched_ns: 5, own_ns: nil),
      row(5, batch: 4, dispatched_ns: nil, own_ns: nil),
    ])
    #expect(times.times_ms == [2.5, 30])
    #expect(times.digest.count == 64)
  }

  @Test("that are negative are refused with their line, and so are a file without any and what is no such file")
  func refused() throws {
    func text(_ rows: [QueryRecord]) -> String {
      do {
        _ = try read(rows)
        return ""
      } catch {
        #expect((error as? Failure)?.exitCode == .config)
        return "\(error)"
      }
    }
    let negative = text([
      row(0, batch: 0, dispatched_ns: 5, own_ns: 9), row(1, batch: 1, dispatched_ns: 9, own_ns: 5),
    ])
    #expect(negative.contains("records.csv:3: own_ns is 4 ns before dispatched_ns"))
    #expect(text([]).contains("no measured query"))
    #expect(text([row(0, batch: 0, dispatched_ns: 1, own_ns: 2, isWarmup: true)]).contains("no measured query"))
    let folder = try TemporaryFolder()
    for content in ["", "query\n1\n"] {
      let file = try folder.write(content, to: "x.csv")
      #expect(throws: Failure.self, "\(content)") { try MeasuredServiceTimes(path: file) }
    }
    #expect(throws: Failure.self) { try MeasuredServiceTimes(path: "/nowhere/x.csv") }
  }
}
