import CloudUtil
import Foundation
import Testing

/// `faults`, carried out on real processes and watched from outside.
@Suite("Faults of processes") struct FaultTests {
  /// Of a row of `events.csv`: what was done to whom, and its outcome.
  private func events(_ bench: ExperimentBench) -> [[String]] {
    bench.text("0/events.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func launch(_ bench: ExperimentBench, _ faults: String, _ options: String = "") async throws -> Output {
    try await bench.run("$RUN launch --local --engine process --set faults='[\(faults)]' \(options)")
  }

  /// Rows of `records.csv` by column.
  private func records(_ bench: ExperimentBench) -> [[String: String]] {
    let rows = bench.text("0/records.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return rows.dropFirst().map { row in Dictionary(zip(rows[0], row)) { first, _ in first } }
  }

  /// The state of the process that is worker `number` (`S`, `T` ...); nil if there is none.
  private func state(ofWorker number: Int, in bench: ExperimentBench) -> Character? {
    guard let worker = bench.processes.first(where: { $0.commandLine.contains("--number \(number) ") }) else {
      return nil
    }
    let stat = try? String(contentsOfFile: "/proc/\(worker.identity.pid)/stat", encoding: .utf8)
    return stat?.split(separator: ")").last?.dropFirst().first
  }

  @Test("a worker is killed, started again, stopped and continued at its second, and no query is lost")
  func lives() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let faults = """
      {"at_s": 0.4, "action": "kill", "target": "worker/0"}, {"at_s": 1.0, "action": "restart", "target": "worker/0"},
      {"at_s": 1.4, "action": "pause", "target": "worker/1"}, {"at_s": 1.9, "action": "resume", "target": "worker/1"},
      {"at_s": 0.2, "action": "pause", "target": "approximate/0"}
      """
    async let launched = launch(
      bench, faults,
      #"--set num_queries=300 --set redundancy_modes='["coded","cheap"]' --set approximate_model='"synthetic"'"#)
    #expect(try await bench.eventually { state(ofWorker: 0, in: bench) != nil })
    #expect(try await bench.eventually { state(ofWorker: 0, in: bench) == nil })
    #expect(try await bench.eventually { state(ofWorker: 0, in: bench) != nil })
    #expect(try await bench.eventually { state(ofWorker: 1, in: bench) == "T" })
    #expect(try await bench.eventually { state(ofWorker: 1, in: bench) == "S" })
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n300\t") && !output.stdout.contains("FAILED"))
    let rows = events(bench)
    #expect(rows.map { $0[1] + " " + $0[3] + " " + $0[9] }.contains("kill worker/0 done"))
    #expect(rows.count { $0[9] == "done" } >= 4, "\(rows)")
    #expect(rows.count == 5)
    let omitted = bench.files.filter { $0.hasSuffix("mode_coded/it_0/0/events.csv") }.map { bench.text($0) }
    #expect(omitted.first?.contains(",omitted,no such target in this mode") == true, "\(omitted)")
    for row in rows where row[9] == "done" {
      let (due, began) = try (#require(Int64(row[6])), #require(Int64(row[7])))
      let effective = try #require(Int64(row[8]))
      #expect(due <= began && began <= effective)
      print("fault \(row[1]) \(row[3]): in effect \(Double(effective - due) / 1e6) ms after its second")
    }
    #expect(output.stdout.contains("\nFAULTS\nAT (s)\tACTION\tTARGET\tLATE (ms)\tOUTCOME\n"))
    #expect(
      try await bench.run(
        "$RUN analyze --set faults='[\(faults)]' "
          + #"--set num_queries=300 --set redundancy_modes='["coded","cheap"]' --set approximate_model='"synthetic"'"#
      ).stdout
        == output.stdout)
    #expect(bench.processes.isEmpty)
  }

  @Test("with Redis killed the trial goes on to its end, partial batches included, and every record is whole")
  func redisKilled() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(
      bench, #"{"at_s": 0.5, "action": "kill", "target": "redis"}"#, "--set num_queries=67 --set batch_sizes='[2,3]'")
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stderr.contains("redis was killed by signal 9 (Killed); the trial goes on without it"))
    let tables = output.stdout.components(separatedBy: "CLIENT_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n201\t")
    // Both batch sizes; of 2, the last batch is full only half.
    #expect(tables.count == 3, "\(output.stdout)")
    #expect(
      !output.stdout.contains("missing") && !output.stdout.contains("no answer") && !output.stdout.contains("FAILED"))
    #expect(bench.text("logs/frontend.log").contains("ended by SIGTERM"))
    #expect(bench.processes.isEmpty)
  }

  @Test("a Redis that comes back is used again, and workers that start after it find the frontend")
  func redisRestarted() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let faults = """
      {"at_s": 0.3, "action": "kill", "target": "redis"}, {"at_s": 0.6, "action": "restart", "target": "worker/0"},
      {"at_s": 0.9, "action": "restart", "target": "redis"}, {"at_s": 1.5, "action": "restart", "target": "worker/1"}
      """
    // Load lasts long enough for the last to join.
    let output = try await launch(bench, faults, "--set num_queries=500")
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n500\t") && !output.stdout.contains("FAILED"))
    #expect(events(bench).allSatisfy { $0[9] == "done" }, "\(events(bench))")
    let log = bench.text("logs/frontend.log")
    #expect(log.contains("redis is back"))
    for worker in ["worker/0", "worker/1"] {
      #expect(log.components(separatedBy: "\(worker) joined").count == 3, "\(log)")
    }
  }

  @Test("a worker that is slowed takes that many times as long for every batch, a model that sleeps as well")
  func slowed() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(
      bench,
      """
      {"at_s": 0.5, "action": "slow", "target": "worker/0", "factor": 6},
      {"at_s": 1.2, "action": "slow", "target": "worker/0", "factor": 1}
      """, #"--set service_time='{"kind":"constant","median_ms":5}' --set redundancy_modes='["none"]'"#)
    #expect(output.termination.isSuccess, "\(output.stderr)")
    let effects = events(bench).compactMap { Int64($0[8]) }
    try #require(effects.count == 2)
    var (slow, fast, after) = ([Int64](), [Int64](), [Int64]())
    for row in records(bench) where row["worker"] == "0" {
      guard let sent = row["dispatched_ns"].flatMap({ Int64($0) }), let own = row["own_ns"].flatMap({ Int64($0) })
      else {
        continue
      }
      if own < effects[0] { fast.append(own - sent) }
      if effects[0] < sent, own < effects[1] { slow.append(own - sent) }
      if effects[1] < sent { after.append(own - sent) }
    }
    #expect(!slow.isEmpty && slow.allSatisfy { $0 >= 30_000_000 }, "\(slow)")
    #expect(fast.contains { $0 < 30_000_000 } && after.contains { $0 < 30_000_000 })
  }

  @Test("a worker that is told its pace as soon as it was started again, twice at once, keeps to the second for good")
  func slowedWhileStarting() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(
      bench,
      """
      {"at_s": 0.5, "action": "restart", "target": "worker/0"},
      {"at_s": 0.5, "action": "slow", "target": "worker/0", "factor": 1},
      {"at_s": 0.5, "action": "slow", "target": "worker/0", "factor": 6}
      """,
      #"--set num_queries=400 --set service_time='{"kind":"constant","median_ms":5}' --set redundancy_modes='["none"]'"#
    )
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stderr.components(separatedBy: "lost worker/0").count == 2, "\(output.stderr)")
    let restarted = try #require(events(bench).first.flatMap { Int64($0[8]) })
    let services = records(bench).compactMap { row -> Int64? in
      guard row["worker"] == "0", let sent = row["dispatched_ns"].flatMap({ Int64($0) }), sent > restarted else {
        return nil
      }
      return row["own_ns"].flatMap { Int64($0) }.map { $0 - sent }
    }
    #expect(!services.isEmpty && services.allSatisfy { $0 >= 30_000_000 }, "\(services)")
  }

  @Test("a client that is stopped and never continued goes on when the load is over: INVALID, since it sent late")
  func pausedClient() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(bench, #"{"at_s": 0.5, "action": "pause", "target": "client/0"}"#)
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stderr.contains("client/0 goes on, since the load is over"), "\(output.stderr)")
    #expect(output.stdout.contains("VERDICT\nINVALID\n"), "\(output.stdout)")
    #expect(!output.stdout.contains("missing"), "\(output.stdout)")
  }

  @Test("a killed client makes the trial INVALID with the reason; a killed frontend fails it and says why")
  func killedMeasurers() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let client = try await launch(bench, #"{"at_s": 1, "action": "kill", "target": "client/0"}"#)
    #expect(client.termination.isSuccess, "\(client.stderr)")
    #expect(client.stdout.contains("VERDICT\nINVALID\n"))
    #expect(client.stdout.contains("client/0 was killed at 1 s, and its records are lost"))
    #expect(client.stdout.contains("queries are missing"))
    let frontend = try await launch(
      bench, #"{"at_s": 1, "action": "kill", "target": "frontend"}"#, "--final_dir killed_frontend")
    #expect(frontend.termination == .exited(70), "\(frontend.stderr)")
    #expect(frontend.stderr.contains("frontend was killed by signal 9 (Killed), as the experiment asks"))
    #expect(bench.processes.isEmpty)
  }

  @Test("a fault that could not be carried out makes the trial INVALID")
  func impossible() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(
      bench,
      #"{"at_s": 0.3, "action": "kill", "target": "worker/0"}, {"at_s": 0.8, "action": "pause", "target": "worker/0"}"#)
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("the fault pause worker/0 at 0.8 s did not happen: worker-0-parm: has ended with"))
    #expect(output.stdout.contains("0.8\tpause\tworker/0\tnone\tfailed"))
  }

  @Test(
    "links of processes are not disturbed: exit status 69 before anything is started",
    arguments: ["partition", "heal", "delay"])
  func links(action: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let amount = action == "delay" ? #", "delay_ms": 5"# : ""
    let output = try await launch(bench, #"{"at_s": 1, "action": "\#(action)", "target": "worker/0"\#(amount)}"#)
    #expect(output.termination == .exited(69), "\(output.stderr)")
    #expect(output.stderr.contains(#"faults[0]: "\#(action)" needs containers"#))
    #expect(!bench.files.contains { $0.contains("results") })
  }

  @Test("interrupted with a worker stopped, nothing is left")
  func interrupted() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(
      "$RUN launch --local --engine process --set num_queries=1000 "
        + #"--set faults='[{"at_s": 0.1, "action": "pause", "target": "random"}]'"#,
      until: { (0..<3).contains { state(ofWorker: $0, in: bench) == "T" } }, signal: SIGINT)
    #expect(output.termination == .exited(130), "\(output.stderr)")
    #expect(bench.processes.isEmpty)
  }
}
