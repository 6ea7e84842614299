import CloudUtil
import Foundation
import Testing

/// `run_exp <config> simulate` as a user has it.
@Suite("An experiment in virtual time") struct SimulateTests {
  /// A sweep with something of everything.
  private let sweep = """
    --set redundancy_modes='["equal","coded"]' --set background_traffic='[0,3]' --set num_trials=2 \
    --set slowdowns='[{"probability":0.05,"added_ms":100}]'
    """

  @Test("gives the same bytes again, however many trials are simulated at a time, and starts no process")
  func bytes() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let one = try await bench.run("$RUN simulate \(sweep) --records --trials-in-parallel 1")
    #expect(one.termination.isSuccess, "\(one.stderr)")
    #expect(one.stdout.contains("E2E_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n200\t"))
    let three = try await bench.run(
      "mkdir other; cp x.json other; cd other; $RUN simulate \(sweep) --records --trials-in-parallel 3")
    #expect(three.stdout == one.stdout)
    for name in ["records.csv", "codes.csv", "summary.json", "histogram.csv"] {
      let digests = try await bench.run(
        "for d in . other; do (cd $d/results && find . -name \(name) | sort | xargs sha256sum); done")
      let lines = digests.stdout.split(separator: "\n")
      #expect(lines.count == 16 && Array(lines.prefix(8)) == Array(lines.suffix(8)), "\(name)")
    }
    #expect(try await bench.run("$RUN analyze --simulated \(sweep)").stdout == one.stdout)
  }

  @Test("skips what is finished, refuses other settings at the same place, and replaces them if it is told to")
  func again() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let first = try await bench.run("$RUN simulate")
    #expect(!bench.files.contains { $0.hasSuffix("records.csv") })
    let second = try await bench.run("$RUN simulate")
    #expect(second.stdout == first.stdout && second.stderr.contains("finished before, not simulated again"))
    #expect(try await bench.run("$RUN analyze --simulated").stdout == first.stdout)
    let moved = try await bench.run("mv results/simulated results/cluster && $RUN analyze --environment cluster")
    #expect(moved.stdout == first.stdout.replacing("results/simulated/", with: "results/cluster/"))
    let table = try await bench.run(
      "$RUN analyze --environment cluster --table && mv results/cluster results/simulated")
    let rows = table.stdout.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.count == 2 && rows.first?.suffix(3) == ["gap", "lost", "verdict"], "\(table.stdout) \(table.stderr)")
    #expect(rows.last?.suffix(2) == ["0", "VALID"] && rows.last?.contains("coded") == true)
    let refused = try await bench.run("$RUN simulate --network-delay 3")
    #expect(refused.termination == .exited(65) && refused.stderr.contains("another simulation"))
    let replaced = try await bench.run("$RUN simulate --network-delay 3 --overwrite")
    #expect(replaced.termination.isSuccess && replaced.stdout != first.stdout)
    #expect(!bench.files.contains { $0.hasSuffix(".partial") })
  }

  @Test("that cannot be had in the memory there is leaves no mark of it, and what a killed one left is named")
  func refusedAndKilled() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let large = "--set num_queries=100000000 --set batch_sizes='[20]' --set send_rates='[1000000]' --overwrite"
    let refused = try await bench.run("$RUN simulate \(large)")
    #expect(refused.termination == .exited(69) && !bench.files.contains { $0.contains(".overwrite-") })
    #expect(try await bench.run("$RUN simulate --overwrite").termination.isSuccess)
    #expect(!bench.files.contains { $0.contains(".overwrite-") })
    let rest = try await bench.run(
      "folder=$(dirname $(find results -name summary.json)) && mv $folder $folder.partial && $RUN simulate")
    #expect(rest.stderr.contains("discarded the rest of an unfinished attempt: results/simulated/"), "\(rest.stderr)")
  }

  @Test("demonstrates with one command where coded's tail is the shorter one")
  func demonstration() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let script = URL(filePath: #filePath).appending(path: "../../../Scripts/demonstrate").standardized.path
    let shown = try await bench.run(
      "\(script) shuffles --program ${RUN% *} --set num_queries=300 --set send_rates='[150, 300]'")
    #expect(shown.termination.isSuccess, "\(shown.stderr)")
    let rows = shown.stdout.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.first?.first == "rate/s" && rows.dropFirst().map(\.first) == ["150", "300"], "\(shown.stdout)")
    for row in rows.dropFirst() {
      let (equal, coded) = (try #require(Double(row[1])), try #require(Double(row[2])))
      #expect(equal != coded && row.last == (coded < equal ? "coded" : "equal"), "\(shown.stdout)")
    }
  }

  @Test(
    "demonstrates accuracy: a difference of just one point holds, one beyond does not",
    arguments: [(296, true), (302, true), (295, false), (303, false)])
  func accuracy(right: Int, holds: Bool) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    func line(_ mode: String, _ right: Int) -> String {
      """
      {"summary": {"verdict": "VALID", "trial": {"ec_k_val": 2, "redundancy_mode": "\(mode)"},
       "e2e_ms": {"median": 1, "p99": 2, "p99_9": 3}, "answered": {"reconstructed": 5},
       "accuracy": {"all": \(Double(right) / 300), "own": 1, "reconstructed": 0.99}}}
      """.replacing("\n", with: "")
    }
    let lines = [line("none", 299), line("coded", right)].map { $0 + "\n" }.joined()
    try Data(lines.utf8).write(to: bench.folder.appending(path: "lines"))
    try Data("#!/bin/sh\ncat lines\n".utf8).write(to: bench.folder.appending(path: "program"))
    let script = URL(filePath: #filePath).appending(path: "../../../Scripts/demonstrate").standardized.path
    let shown = try await bench.run("chmod +x program && \(script) accuracy --program ./program")
    #expect(shown.termination == .exited(holds ? 0 : 1), "\(shown.stderr)")
    #expect(shown.stdout.contains(holds ? ": that holds\n" : ": that does not hold here\n"), "\(shown.stdout)")
  }

  @Test("takes service times that were measured, and shows how the tail moves with the number of hosts")
  func options() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let source = try await bench.run("$RUN simulate --records --final_dir source")
    #expect(source.termination.isSuccess, "\(source.stderr)")
    let records = try #require(bench.files.first { $0.hasSuffix("source/records.csv") })
    let measured = try await bench.run("$RUN simulate --service-times \(records) --final_dir measured")
    #expect(measured.termination.isSuccess && measured.stdout.contains("VERDICT\nVALID"), "\(measured.stderr)")
    let scaled = try await bench.run("$RUN simulate --hosts 10,1000 --set num_queries=5000")
    #expect(scaled.termination.isSuccess, "\(scaled.stderr)")
    let table = scaled.stdout.split(separator: "\n").suffix(3).map { $0.split(separator: " ") }
    #expect(table.map { $0.first } == ["hosts", "10", "1000"])
    #expect(table[0].suffix(4) == ["median", "p99.9", "gap", "ratio"])
  }

  @Test("stops at once when it is interrupted, however long its trials are, and leaves nothing unfinished behind")
  func interrupted() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(
      """
      { $RUN simulate --set num_queries=5000000 --set num_trials=8 --set redundancy_modes='["none"]' --set batch_sizes='[2]' &
      until ls -d results/simulated/*/*/*/*/*/*/*/*/*/*/0.partial 2> /dev/null; do sleep 0.05; done
      kill -INT $!; wait $!; }
      """)
    #expect(output.termination == .exited(130), "\(output.stderr)")
    #expect(!output.stdout.contains("E2E_LATENCY"))
    #expect(!bench.files.contains { $0.hasSuffix(".partial") })
  }

  @Test(
    "refuses what it cannot do before it writes anything",
    arguments: [
      ("--service-times nowhere.csv", 65, "nowhere.csv"), ("--trials-in-parallel 0", 64, "at least 1"),
      ("--hosts 0", 64, "--hosts"), ("--hosts 100 --set ec_k_val='[500]' --set num_models=1000", 65, "ec_k_val"),
      ("--network-delay -1", 64, "--network-delay"), ("--link-rate 0", 64, "--link-rate"),
      (
        "--set num_queries=100000000 --set batch_sizes='[20]' --set send_rates='[1000000]'", 69,
        "num_queries: a trial of"
      ),
      (#"--set service_time='{"kind":"empirical","file":"times"}'"#, 65, "service_time.file"),
      (#"--set arrivals='{"kind":"trace","file":"trace"}'"#, 65, "trace:2: found \"1\" after 3"),
    ])
  func refusals(options: String, status: Int32, words: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    try Data("3\n-1\n".utf8).write(to: bench.folder.appending(path: "times"))
    try Data("3\n1\n".utf8).write(to: bench.folder.appending(path: "trace"))
    let output = try await bench.run("$RUN simulate \(options)")
    #expect(output.termination == .exited(status), "\(output.stderr)")
    #expect(output.stderr.contains(words), "\(output.stderr)")
    #expect(output.stdout.isEmpty && !bench.files.contains { $0.hasPrefix("results") })
  }
}
