import Foundation
import Serving
import Testing

@testable import Runner

struct CSVTests {
  private func parse(_ text: String) throws -> [CodeRecord] {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "codes.csv")
      try Data(text.utf8).write(to: file)
      return try CodeRecord.read(file)
    }
  }

  private static let header = "group,kind,started_ns,duration_ns\n"

  @Test("records.csv has the columns of the contract, in their order")
  func columns() {
    #expect(
      QueryRecord.columns.joined(separator: ",")
        == "query,client,sample,batch,group,warmup,scheduled_ns,sent_ns,received_ns,arrived_ns,dispatched_ns,own_ns,"
        + "redundant_ns,completed_ns,source,worker,label,predicted")
    #expect(CodeRecord.columns.joined(separator: ",") + "\n" == CSVTests.header)
  }

  @Test("What is written is read again, row for row", arguments: UInt64(0)..<10)
  func roundTrip(seed: UInt64) throws {
    var random = Xoshiro256(seed: seed)
    func instant() -> Int64? {
      Bool.random(using: &random) ? Int64.random(in: Int64.min + 1...Int64.max, using: &random) : nil
    }
    func number() -> Int? { Bool.random(using: &random) ? Int.random(in: 0...1000, using: &random) : nil }
    let records = (0..<200).map { query in
      QueryRecord(
        query: query, client: number(), sample: number(), batch: number(), group: number(),
        isWarmup: Bool.random(using: &random), scheduled_ns: instant(), sent_ns: instant(), received_ns: instant(),
        arrived_ns: instant(), dispatched_ns: instant(), own_ns: instant(), redundant_ns: instant(),
        completed_ns: instant(), source: (AnswerSource.allCases + [nil]).randomElement(using: &random) ?? nil,
        worker: number(), label: number(), predicted: number())
    }
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "records.csv")
      try QueryRecord.write(records, to: file)
      #expect(try QueryRecord.read(file) == records)
    }
  }

  @Test("A row is written as the contract says: empty where nothing happened, warm-up as 0 or 1")
  func text() throws {
    var record = QueryRecord.sample(7, isWarmup: true, source: .default, label: 3)
    record.worker = nil
    var writer = CSVWriter(columns: ["x"])
    record.write(to: &writer)
    writer.endRow()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "x\n7,0,0,7,3,1,1070000000,1070000000,1101000000,1070000000,1070000000,,,1100000000,default,,3,\n")
  }

  @Test("A file with nothing but its header has no rows")
  func empty() throws {
    #expect(try parse(CSVTests.header).isEmpty)
  }

  @Test(
    "An error names file, line and column, what was found and what is allowed",
    arguments: [
      ("", "codes.csv, line 1: the header is \"\", not \"group,kind,started_ns,duration_ns\""),
      (
        "group,kind\n",
        "codes.csv, line 1: the header is \"group,kind\", not \"group,kind,started_ns,duration_ns\""
      ),
      (
        "group,kind,started_ns,duration_ns\r\n",
        "codes.csv, line 1: the header ends with a carriage return (CR LF); allowed: lines that end with LF alone"
      ),
      ("group,kind,started_ns,duration_ns", "codes.csv, line 1: the file ends here, inside the header"),
      (
        "group,kind,started_ns,duration_ns,and,more,of,what,nobody,knows\n",
        "codes.csv, line 1: column 5 of the header is \"and\", not nothing, as there are 4 columns"
      ),
      (
        "group,kind,started_at_some_time_in_nanoseconds,duration_ns\n",
        "codes.csv, line 1: column 3 of the header is \"started_at_some_time_in_nanoseconds\", not \"started_ns\""
      ),
      (header + "1,encode,5,x7\n", "codes.csv, line 2, column duration_ns: \"x7\" is not a whole number"),
      (header + "1,encode,-,7\n", "codes.csv, line 2, column started_ns: \"-\" is not a whole number"),
      (
        header + "1,encode,5,7\n99999999999999999999,encode,5,7\n",
        "codes.csv, line 3, column group: \"99999999999999999999\" is not a whole number"
      ),
      (header + "1,encode,,7\n", "codes.csv, line 2, column started_ns: is empty"),
      (header + "1,invert,5,7\n", "codes.csv, line 2, column kind: \"invert\" is none of encode, decode"),
      (header + "1,,5,7\n", "codes.csv, line 2, column kind: is empty"),
      (header + "1,encode,5\n", "codes.csv, line 2: has fewer fields than the 4 of the header"),
      (header + "1,encode,5,7,8\n", "codes.csv, line 2: has more fields than the 4 of the header"),
      (header + "1,encode,5,7\n\n", "codes.csv, line 3: has fewer fields than the 4 of the header"),
      (
        header + "1,encode,5,7\n2,decode,5,70",
        "codes.csv, line 3, column duration_ns: the file ends here, inside a line"
      ),
    ])
  func errors(text: String, description: String) {
    #expect { try parse(text) } throws: { "\($0)" == description }
  }

  @Test("Any cut or damage of a file is an error or other rows, never a crash", arguments: UInt64(0)..<20)
  func damage(seed: UInt64) throws {
    var random = Xoshiro256(seed: seed)
    var writer = CSVWriter(columns: QueryRecord.columns)
    for record in [QueryRecord].sample(20) {
      record.write(to: &writer)
      writer.endRow()
    }
    for _ in 0..<50 {
      var bytes = Array(writer.bytes.prefix(Int.random(in: 0...writer.bytes.count, using: &random)))
      for _ in 0..<3 where !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      do {
        var reader = try CSVReader(bytes, file: "records.csv", columns: QueryRecord.columns)
        while !reader.isAtEnd {
          _ = try QueryRecord(from: &reader)
          reader.endRow()
        }
      } catch {
        #expect(error.line >= 1)
      }
    }
  }
}
