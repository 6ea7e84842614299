import Foundation
import Serving
import Statistics
import Testing

@testable import Runner

struct ReportTests {
  @Test("Faults are a table in front of the verdict, which one that did not happen makes INVALID")
  func faults() throws {
    let faults = [
      FaultRecord(
        fault: Fault(at_s: 0.5, action: .kill, target: .random), component: "worker/3", due_ns: 500_000_000,
        began_ns: 500_100_000, effective_ns: 501_250_000, outcome: .done, remark: ""),
      FaultRecord(
        fault: Fault(at_s: 1, action: .pause, target: .numbered(role: .parity, number: 0)), outcome: .omitted,
        remark: "no such target in this mode"),
      FaultRecord(
        fault: Fault(at_s: 2, action: .resume, target: .redis), component: "redis", due_ns: 2_000_000_000,
        began_ns: 2_000_100_000, outcome: .failed, remark: "it has ended"),
    ]
    let summary = Summary(
      trial: .sample(measured: 100), records: .sample(100), codes: [],
      totals: FrontendTotals(requeued: 0, workers_lost: 0, queries: 100), faults: faults, fingerprint: "abc",
      environment: RunEnvironment(models: [:]), costs: TrialCosts())
    #expect(
      Report.text(summary).hasSuffix(
        """

        FAULTS
        AT (s)\tACTION\tTARGET\tLATE (ms)\tOUTCOME
        0.5\tkill\tworker/3\t1.25\tdone
        1\tpause\tparity/0\tnone\tomitted
        2\tresume\tredis\tnone\tfailed

        VERDICT
        INVALID
        the fault resume redis at 2 s did not happen: it has ended

        """))
  }

  @Test("Coded: ParM's three blocks byte for byte, then ours")
  func coded() throws {
    let records: [QueryRecord] = (0..<1000).map {
      .sample(
        $0, latency_ms: 20 + Double($0 * 37 % 1000) / 50, source: $0 % 20 == 19 ? .reconstructed : .own, label: 1,
        predicted: $0 % 50 == 0 ? 2 : 1)
    }
    let codes = (0..<500).map { CodeRecord(group: $0, kind: .encode, started_ns: 1, duration_ns: 21_504) }
    let totals = FrontendTotals(requeued: 1, workers_lost: 1, queries: 1000)
    let summary = try Summary.sample(records, codes: codes, totals: totals)
    #expect(
      Report.text(summary) == """
        E2E_LATENCY (ms)
        NUM\tMED\tMEAN\tP99\tP99.5\tP99.9
        1000\t29.99\t29.99\t39.78\t39.88\t39.96

        ENCODING_LATENCY (us)
        NUM\tMED\tMEAN\tP99\tP99.5\tP99.9
        500\t21.50\t21.50\t21.50\t21.50\t21.50

        DECODING_LATENCY (us)
        none

        CLIENT_LATENCY (ms)
        NUM\tMED\tMEAN\tP99\tP99.5\tP99.9
        1000\t30.99\t30.99\t40.78\t40.88\t40.96

        INTERVALS 95 % (ms)
        OF\tMED\tP99\tP99.5\tP99.9
        E2E\t29.36-30.62\t39.64-39.92\t39.78-39.98\tneeds 3688
        CLIENT\t30.36-31.62\t40.64-40.92\t40.78-40.98\tneeds 3688

        ANSWERED
        OWN\tRECONSTRUCTED
        950\t50

        ACCURACY
        ALL\tOWN\tRECONSTRUCTED
        0.9800\t0.9789\t1.0000

        RATE (queries/s)
        OFFERED\tACHIEVED\tOVERLOADED\tREQUEUED\tWORKERS_LOST
        100.00\t99.81\tno\t1\t1

        VERDICT
        VALID

        """)
  }

  @Test("Other modes have no block of codes; unlabelled payloads none of accuracy; reasons follow the verdict")
  func invalid() throws {
    var records = [QueryRecord].sample(20)
    records[3].source = .failed
    let summary = try Summary.sample(records, trial: .sample(mode: .equal, measured: 21))
    #expect(
      Report.text(summary) == """
        E2E_LATENCY (ms)
        NUM\tMED\tMEAN\tP99\tP99.5\tP99.9
        19\t30.00\t30.00\t30.00\t30.00\t30.00

        CLIENT_LATENCY (ms)
        NUM\tMED\tMEAN\tP99\tP99.5\tP99.9
        19\t31.00\t31.00\t31.00\t31.00\t31.00

        INTERVALS 95 % (ms)
        OF\tMED\tP99\tP99.5\tP99.9
        E2E\t30.00-30.00\tneeds 368\tneeds 736\tneeds 3688
        CLIENT\t31.00-31.00\tneeds 368\tneeds 736\tneeds 3688

        ANSWERED
        OWN\tFAILED
        19\t1

        RATE (queries/s)
        OFFERED\tACHIEVED\tOVERLOADED\tREQUEUED\tWORKERS_LOST
        100.00\t94.74\tno\t0\t0

        VERDICT
        INVALID
        1 query has no answer (query 3)
        records of 1 of 21 queries are missing

        """)
  }

  @Test("Of nothing every block says none")
  func nothing() throws {
    let text = Report.text(try Summary.sample([]))
    #expect(
      text.hasPrefix(
        """
        E2E_LATENCY (ms)
        none

        ENCODING_LATENCY (us)
        none

        DECODING_LATENCY (us)
        none

        CLIENT_LATENCY (ms)
        none

        """))
    #expect(text.contains("ANSWERED\nnone\n"))
    #expect(text.contains("\nnone\tnone\tno\t0\t0\n"))
  }

  @Test("The latency block is the one of ParM's own documentation")
  func parm() throws {
    var summary = try Summary.sample([])
    summary.e2e_ms = try JSONDecoder().decode(
      SampleSummary.self,
      from: Data(#"{"num":100,"median":80.155,"mean":85.92,"p99":250.56,"p99_5":258.914,"p99_9":265.5861}"#.utf8))
    #expect(
      Report.text(summary).hasPrefix(
        "E2E_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n100\t80.16\t85.92\t250.56\t258.91\t265.59\n"))
  }
}
