import Foundation
import Testing

@testable import Runner

@Suite("What a trial's folder says of its background load")
struct BackgroundAnalysisTests {
  private func folder<Result>(problems: [String], tenant: [QueryRecord]?, _ body: (URL) throws -> Result) throws
    -> Result
  {
    try withTemporaryFolder { folder in
      try BackgroundRecord(problems: problems).write(to: folder)
      if let tenant {
        let own = folder.appending(path: "background")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        try QueryRecord.write(tenant, to: own.appending(path: "records.csv"))
      }
      return try body(folder)
    }
  }

  @Test("is nothing where there was none")
  func none() throws {
    #expect(try withTemporaryFolder { try Analysis.background(of: $0) } == nil)
    var summary = try Summary.sample(.sample(100))
    let before = summary
    try Analysis.add(nil, to: &summary)
    #expect(summary == before)
    #expect(!Report.text(summary).contains("SECOND_TENANT"))
  }

  @Test("is the latency of the second tenant's queries that had their reply, beside the trial's own figures")
  func tenant() throws {
    var records = [QueryRecord].sample(11) { 10 + Double($0) }
    records[10].received_ns = nil
    var summary = try Summary.sample(.sample(100))
    let before = summary
    try folder(problems: [], tenant: records) { try Analysis.add(Analysis.background(of: $0), to: &summary) }
    #expect(summary.second_tenant_ms?.num == 10 && summary.second_tenant_ms?.median == 14.5)
    #expect(summary.verdict == .valid && summary.e2e_ms == before.e2e_ms && summary.answered == before.answered)
    #expect(Report.text(summary).contains("\n\nSECOND_TENANT (ms)\nNUM\tMED\tP99\n10\t14.50\t18.91\n\n"))
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(Summary.self, from: data) == summary)
  }

  @Test("makes a trial INVALID whose background load was not there all the time")
  func problems() throws {
    var summary = try Summary.sample(.sample(100))
    try folder(problems: ["bg_worker/0 of the second tenant was killed by signal 9"], tenant: nil) {
      try Analysis.add(Analysis.background(of: $0), to: &summary)
    }
    #expect(summary.verdict == .invalid)
    #expect(
      Report.text(summary).contains("VERDICT\nINVALID\nbg_worker/0 of the second tenant was killed by signal 9\n"))
  }
}
