import CloudUtil
import Foundation
import Testing

/// The product as a user runs it: `run_exp <config> <verb>` with real processes, on a model that sleeps.
@Suite("An experiment on this machine") struct LaunchTests {
  @Test("comes to its end though whoever starts it ignores the ends of children, as `trap '' CHLD` does")
  func ignoredChildren() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let launched = try await bench.run("trap '' CHLD; exec $RUN launch --local --engine process")
    #expect(launched.termination.isSuccess, "\(launched.stderr)")
    #expect(launched.stdout.contains("\n200\t") && bench.processes.isEmpty)
  }

  @Test("is run, prints its tables, leaves no process, and analyze prints the same bytes again")
  func launch() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let launched = try await bench.run("$RUN launch --local --engine process")
    #expect(launched.termination.isSuccess, "\(launched.stderr)")
    #expect(launched.stdout.contains("E2E_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n200\t"))
    #expect(launched.stdout.contains("ENCODING_LATENCY (us)\n"))
    #expect(bench.processes.isEmpty)
    for name in [
      "records.csv", "codes.csv", "hosts.csv", "deployment.txt", "summary.json", "provenance.json", "exp_files.tar.gz",
      "frontend.log",
    ] {
      #expect(bench.files.contains { $0.hasSuffix("mode_coded/it_0/0/\(name)") || $0.hasSuffix("logs/\(name)") })
    }
    let hosts = bench.text("0/hosts.csv").split(separator: "\n")
    #expect(hosts.first == "host,at_ns,cpu_busy,cpu_steal,memory_used_bytes,received_bytes_per_s,sent_bytes_per_s")
    #expect(hosts.count > 1 && hosts.dropFirst().allSatisfy { $0.hasPrefix("localhost,") })
    #expect(try await bench.run("$RUN analyze").stdout == launched.stdout)
    let json = try await bench.run("$RUN analyze --json")
    #expect(json.stdout.hasPrefix(#"{"results":"results/local/"#) && json.stdout.contains(#""verdict":""#))
    #expect(try bench.brokenRules().isEmpty)
    // Finished before: the same command measures nothing again.
    #expect(try await bench.run("$RUN launch --local --engine process").stdout == launched.stdout)
  }

  @Test(
    "says which engine it took by itself, ends with 73 for an INVALID measurement under --strict, and warns of a GPU")
  func remarks() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(
      "$RUN launch --local --strict --set max_in_flight=1 --set num_queries=50 --set worker_type=p2.xlarge")
    #expect(output.termination == .exited(73), "\(output.stderr)")
    #expect(output.stderr.contains("engine: "))
    #expect(output.stderr.contains("WARNING: worker_type p2.xlarge has a GPU"))
    #expect(output.stdout.contains("VERDICT\nINVALID\n"))
  }

  @Test(
    "classifies digits with TorchScript models, those of stragglers by reconstruction, with each code",
    arguments: ["", "--set encoder=concatenation", "--set parities=2"])
  func digits(code: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let slowdowns = #"[{"workers": [0], "probability": 0.2, "added_ms": 100}]"#
    let launched = try await bench.run(
      """
      $RUN launch --local --engine process --set model=digits --set service_time=null --set slowdowns='\(slowdowns)' \(code)
      """)
    #expect(launched.termination.isSuccess, "\(launched.stderr)")
    #expect(launched.stdout.contains("\nOWN\tRECONSTRUCTED\n"))
    let lines = launched.stdout.split(separator: "\n")
    let line = try #require(lines.firstIndex(of: "ALL\tOWN\tRECONSTRUCTED")).advanced(by: 1)
    let accuracies = lines[line].split(separator: "\t").compactMap { Double($0) }
    #expect(accuracies.count == 3 && accuracies.allSatisfy { $0 > 0.8 }, "\(lines[line])")
  }

  @Test("answers digits that a straggler keeps by copies, which say the same, where queries have any")
  func copies() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let launched = try await bench.run(
      """
      $RUN launch --local --engine process --set model=digits --set service_time=null \
      --set redundancy_modes='["replicated", "hedged"]' --set num_models=4 \
      --set slowdowns='[{"workers": [0], "probability": 0.15, "added_ms": 200}]' && $RUN analyze --table \
      --set model=digits --set service_time=null --set redundancy_modes='["replicated", "hedged"]' --set num_models=4 \
      --set slowdowns='[{"workers": [0], "probability": 0.15, "added_ms": 200}]'
      """)
    #expect(launched.termination.isSuccess, "\(launched.stderr)")
    #expect(launched.stdout.split(separator: "\n").count { $0 == "OWN\tCOPY" } == 2, "\(launched.stdout)")
    let rows = launched.stdout.split(separator: "\n").suffix(3).map { $0.split(separator: " ").map(String.init) }
    let accuracy = try #require(rows[0].firstIndex(of: "accuracy"))
    #expect(rows.dropFirst().allSatisfy { (Double($0[accuracy]) ?? 0) > 0.9 }, "\(rows)")
  }

  @Test(
    "reconstructs what a linear TorchScript model gives, with two parities, k = 4, batches of 3, each worker its queue")
  func linearModel() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let script = """
      import torch
      layer = torch.nn.Linear(64, 10)
      with torch.no_grad():
          layer.weight.copy_(((torch.arange(10).view(10, 1) * 31 + torch.arange(64) * 17) % 23 - 11) / 11)
          layer.bias.zero_()
      torch.jit.script(torch.nn.Sequential(torch.nn.Flatten(), layer)).save("linear.pt")
      """
    try Data(script.utf8).write(to: bench.folder.appending(path: "linear.py"))
    let options = [
      "model=./linear.pt", "parity_model=./linear.pt", "service_time=null", "parities=2", "num_models=4",
      "ec_k_val=[4]", "batch_sizes=[3]", #"queue_modes=["rr"]"#, #"payload={"kind":"digits"}"#, "num_queries=80",
      #"slowdowns=[{"workers":[0,1],"probability":0.3,"added_ms":150}]"#,
    ].map { "--set '\($0)'" }.joined(separator: " ")
    let launched = try await bench.run("/usr/bin/python3 linear.py && $RUN launch --local --engine process \(options)")
    #expect(launched.termination.isSuccess, "\(launched.stderr)")

    let payload = URL(filePath: #filePath).appending(path: "../../../run/payloads/digits.csv").standardized
    let digits = try String(contentsOf: payload, encoding: .utf8).split(separator: "\n").map { line in
      line.split(separator: ",").map { Int($0) ?? 0 }
    }
    let rows = bench.text("0/records.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = try #require(rows.first)
    let (sample, source, predicted) = try (
      #require(header.firstIndex(of: "sample")), #require(header.firstIndex(of: "source")),
      #require(header.firstIndex(of: "predicted"))
    )
    for row in rows.dropFirst() {
      // Whole numbers: the sums are exact, and so is the place of the largest.
      let pixels = digits[try #require(Int(row[sample]))].dropFirst()
      let scores = (0..<10).map { output in
        zip(pixels, 0...).reduce(0) { $0 + ((output * 31 + $1.1 * 17) % 23 - 11) * $1.0 }
      }
      let best = scores.indices.filter { scores[$0] == scores.max() }
      #expect(best.count > 1 || row[predicted] == "\(best[0])", "\(row)")
    }
    #expect(rows.count { $0[source] == "reconstructed" } > 20)
  }

  @Test("loses no query when a worker is killed while load is sent")
  func killedWorker() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    async let launched = bench.run("$RUN launch --local --engine process")
    // It joins before load is sent, which lasts for two seconds and more.
    #expect(try await bench.eventually { bench.text("logs/frontend.log").contains("worker/1 joined") })
    let victim = try #require(bench.processes.first { $0.commandLine.contains("--number 1 ") })
    #expect(try await bench.eventually { bench.processes.contains { $0.commandLine.contains("/client ") } })
    try await Task.sleep(for: .seconds(1))
    kill(victim.identity.pid, SIGKILL)
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n200\t"))
    #expect(!output.stdout.contains("FAILED"))
    #expect(bench.text("0/summary.json").contains("\"workers_lost\" : 1"))
  }

  @Test("goes on to its end though the reader of its progress is gone")
  func closedPipe() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    _ = try await bench.run("$RUN launch --local --engine process 2>&1 | head -n 1")
    #expect(try await bench.eventually { bench.processes.isEmpty && bench.text("0/summary.json").contains("verdict") })
    #expect(try await bench.run("$RUN analyze | head -n 1").stdout.hasPrefix("results/local/"))
  }

  /// Whether load has been sent for so many seconds.
  private func sends(_ bench: ExperimentBench, for seconds: Double = 0) -> () async throws -> Bool {
    {
      guard bench.sendsLoad else { return false }
      try await Task.sleep(for: .seconds(seconds))
      return true
    }
  }

  @Test("is stopped by an interrupt with exit status 130, keeps its records so far and leaves no process")
  func interrupted() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(
      "$RUN launch --local --engine process", until: sends(bench, for: 1), signal: SIGINT)
    #expect(output.termination == .exited(130), "\(output.stderr)")
    #expect(bench.processes.isEmpty)
    #expect(bench.text("0.partial/records.csv").split(separator: "\n").count > 20)
  }

  @Test("killed at any moment of a sweep, the same command measures no finished trial again and loses none")
  func resumed() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let command =
      "$RUN launch --local --engine process --set num_queries=60 --set send_rates='[200,300]' --set "
      + "redundancy_modes='[\"none\",\"equal\",\"coded\"]'"
    var random = SystemRandomNumberGenerator()
    var finished: [String: String] = [:]
    for _ in 0..<6 {
      let seconds = Double(Int.random(in: 20...220, using: &random)) / 100
      _ = try await bench.run("timeout -s KILL \(seconds) \(command)")
      for (file, text) in finished {
        #expect(bench.text(file) == text, "\(file) was measured again after \(seconds) s")
      }
      for file in bench.files where file.hasSuffix("/0/summary.json") { finished[file] = bench.text(file) }
    }
    let last = try await bench.run(command)
    #expect(last.termination.isSuccess, "\(last.stderr)")
    for (file, text) in finished { #expect(bench.text(file) == text, "\(file) was measured again") }
    #expect(bench.files.count { $0.hasSuffix("/0/summary.json") } == 6)
    #expect(!bench.files.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".replaced") })
    #expect(bench.processes.isEmpty)
  }

  @Test("killed while it runs finished trials again, the same command goes on with those that it had not replaced")
  func resumedOverwrite() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let command =
      "$RUN launch --local --engine process --set num_queries=60 --set redundancy_modes='[\"none\",\"equal\",\"coded\"]'"
    #expect(try await bench.run(command).termination.isSuccess)
    let summaries = bench.files.filter { $0.hasSuffix("/0/summary.json") }
    let before = Dictionary(uniqueKeysWithValues: summaries.map { ($0, bench.text($0)) })
    func replaced() -> [String] { summaries.filter { !bench.text($0).isEmpty && bench.text($0) != before[$0] } }
    _ = try await bench.run("\(command) --overwrite", until: { !replaced().isEmpty }, signal: SIGKILL)
    let kept = replaced().map { ($0, bench.text($0)) }
    #expect((1..<3).contains(kept.count))
    let again = try await bench.run("\(command) --overwrite")
    #expect(again.termination.isSuccess, "\(again.stderr)")
    for (file, text) in kept { #expect(bench.text(file) == text, "\(file) was measured again") }
    #expect(summaries.allSatisfy { bench.text($0) != before[$0] })
    // The sweep has ended: said again, everything is measured again.
    #expect(try await bench.run("\(command) --overwrite").termination.isSuccess)
    for (file, text) in kept { #expect(bench.text(file) != text) }
  }

  @Test("takes processes where no Docker daemon answers, and says so")
  func fallback() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let daemon = "DOCKER_HOST=unix://\(bench.folder.path)/none.sock"
    let output = try await bench.run("\(daemon) $RUN launch --local --set num_queries=50")
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stderr.contains("engine: process, since docker cannot be used: "), "\(output.stderr)")
    let asked = try await bench.run("\(daemon) $RUN launch --local --engine docker --final_dir other")
    #expect(asked.termination == .exited(69), "\(asked.stderr)")
  }

  @Test("killed without a chance to clean up, it is cleaned up by terminate, twice")
  func crashed() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    _ = try await bench.run("$RUN launch --local --engine process", until: sends(bench), signal: SIGKILL)
    #expect(!bench.processes.isEmpty)
    for _ in 0..<2 {
      #expect(try await bench.run("$RUN terminate --local").termination.isSuccess)
      #expect(bench.processes.isEmpty)
    }
  }
}
