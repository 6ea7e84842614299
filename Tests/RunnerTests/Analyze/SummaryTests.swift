import Foundation
import Serving
import Testing

@testable import Runner

struct SummaryTests {
  private static let records: [QueryRecord] = (0..<400).map {
    .sample(
      $0, isWarmup: $0 < 8, latency_ms: 20 + Double($0 * 37 % 101) / 7, source: $0 % 10 == 9 ? .reconstructed : .own,
      label: $0 % 10, predicted: $0 % 10 == 3 ? 0 : $0 % 10)
  }
  private static let codes = (0..<200).flatMap { group in
    CodeRecord.Kind.allCases.map {
      CodeRecord(group: group, kind: $0, started_ns: 1, duration_ns: Int64(20_000 + group * 13))
    }
  }
  private static let totals = FrontendTotals(
    requeued: 2, workers_lost: 1, queries: 400, cpu_us_per_query: 61.5, max_rss_kb: 20_480)

  private func summary() throws -> Summary {
    try .sample(
      SummaryTests.records, codes: SummaryTests.codes, trial: .sample(measured: 392, warmup: 8),
      totals: SummaryTests.totals)
  }

  @Test("The JSON has every key of the contract, null where there is nothing")
  func keys() throws {
    let keys: Set = [
      "fingerprint", "environment", "trial", "e2e_ms", "client_ms", "encoding_us", "decoding_us", "answered",
      "requeued",
      "workers_lost", "accuracy", "offered_per_s", "achieved_per_s", "verdict", "reasons", "overloaded", "costs",
      "intervals_95",
    ]
    for summary in [try summary(), try .sample([], trial: .sample(mode: .none, measured: 0))] {
      let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(summary)) as? [String: Any]
      #expect(Set(json?.keys.map { $0 } ?? []) == keys)
    }
    let empty = try JSONEncoder().encode(Summary.sample([], trial: .sample(measured: 0)))
    #expect(String(decoding: empty, as: UTF8.self).contains("\"e2e_ms\":null"))
    let full = try JSONSerialization.jsonObject(with: JSONEncoder().encode(summary())) as? [String: Any]
    let e2e = full?["e2e_ms"] as? [String: Any]
    #expect(Set(e2e?.keys.map { $0 } ?? []) == ["num", "median", "mean", "p99", "p99_5", "p99_9"])
  }

  @Test("Every part of a summary is in its JSON and is read back, those of faults and of a second tenant too")
  func whole() throws {
    var summary = try summary()
    let kill = Fault(at_s: 1, action: .kill, target: .numbered(role: .worker, number: 1))
    summary.faults = [
      FaultRecord(
        fault: kill, component: "worker/1", due_ns: 1, began_ns: 2, effective_ns: 3, outcome: .done, remark: "")
    ]
    summary.second_tenant_ms = summary.e2e_ms
    let data = try JSONEncoder().encode(summary)
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(Set(json?.keys.map { $0 } ?? []) == Set(Summary.CodingKeys.allCases.map(\.rawValue)))
    #expect(Set(Mirror(reflecting: summary).children.compactMap(\.label)).count == Summary.CodingKeys.allCases.count)
    let read = try JSONDecoder().decode(Summary.self, from: data)
    #expect(read == summary)
    #expect(Report.text(read).contains("FAULTS\nAT (s)"))
  }

  @Test("Counters, sources and costs are taken over")
  func counters() throws {
    let summary = try summary()
    #expect(summary.e2e_ms?.num == 392)
    #expect(summary.encoding_us?.num == 196)
    #expect(
      summary.answered == [
        "own": 352, "reconstructed": 40, "approximate": 0, "copy": 0, "default": 0, "failed": 0,
      ])
    #expect((summary.requeued, summary.workers_lost) == (2, 1))
    #expect(summary.costs.frontend_cpu_us_per_query == 61.5)
    #expect(summary.costs.frontend_resident_mb == 20)
    #expect(summary.verdict == .valid)
    #expect(!summary.overloaded)
  }

  @Test("From its files a trial's summary and report come out the same, byte for byte")
  func again() throws {
    try withTemporaryFolder { folder in
      let trial = Trial.sample(measured: 392, warmup: 8)
      let clients = SummaryTests.records.map {
        ClientRow(
          query: $0.query, client: $0.query % 2, sample: $0.sample ?? 0, isWarmup: $0.isWarmup,
          scheduled_ns: $0.scheduled_ns ?? 0, sent_ns: $0.sent_ns, received_ns: $0.received_ns, status: 200,
          label: $0.label, predicted: $0.predicted)
      }
      for client in 0..<2 {
        try ClientRow.write(
          clients.filter { $0.client == client }, to: folder.appending(path: "client_\(client).csv"))
      }
      let frontend = SummaryTests.records.map {
        FrontendRow(
          query: $0.query, batch: $0.batch, group: $0.group, arrived_ns: $0.arrived_ns, completed_ns: $0.completed_ns,
          source: $0.source, worker: $0.worker)
      }
      try FrontendRow.write(frontend.reversed(), to: folder.appending(path: "frontend.csv"))
      try CodeRecord.write(SummaryTests.codes, to: folder.appending(path: "codes.csv"))
      try JSONEncoder().encode(SummaryTests.totals).write(to: folder.appending(path: "frontend.json"))

      try Analysis.collect(trial: trial, folder: folder)
      let environment = RunEnvironment(models: [:])
      let first = try Analysis.analyze(
        trial: trial, folder: folder, fingerprint: "abc", environment: environment,
        costs: TrialCosts(deploy_s: 0.7, worker_resident_mb: 21))
      try first.write(to: folder)
      #expect(Report.text(first) == Report.text(try summary()))
      let second = try Analysis.analyze(folder: folder)
      #expect(second == first)
      #expect(Report.text(second) == Report.text(first))
    }
  }

  @Test("A file that is missing, cut or not a trial's is named")
  func badFiles() throws {
    try withTemporaryFolder { folder in
      func failure() -> String? {
        do {
          _ = try Analysis.analyze(
            trial: .sample(), folder: folder, fingerprint: "abc", environment: RunEnvironment(models: [:]))
          return nil
        } catch {
          return (error as? Failure).map { "\($0.exitCode) \($0.description)" } ?? "another error: \(error)"
        }
      }
      #expect(failure()?.contains("\(folder.path)/records.csv") == true)
      try Data("query\n1\n".utf8).write(to: folder.appending(path: "records.csv"))
      #expect(failure()?.hasPrefix("results \(folder.path)/records.csv, line 1: the header is \"query\"") == true)
      try QueryRecord.write(.sample(3), to: folder.appending(path: "records.csv"))
      try CodeRecord.write([], to: folder.appending(path: "codes.csv"))
      #expect(failure()?.contains("\(folder.path)/frontend.json") == true)
      try Data("{\"requeued\":0}".utf8).write(to: folder.appending(path: "frontend.json"))
      #expect(failure() == "results \(folder.path)/frontend.json, workers_lost: the key is missing")
      try Data("{\"requeued\":".utf8).write(to: folder.appending(path: "frontend.json"))
      #expect(failure()?.hasPrefix("results \(folder.path)/frontend.json: ") == true)
      try JSONEncoder().encode(SummaryTests.totals).write(to: folder.appending(path: "frontend.json"))
      #expect(failure() == nil)
    }
  }
}
