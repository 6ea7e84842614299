import CloudUtil
import Foundation
import Testing

/// The product as a user runs it: `run_exp <config> <verb>` with real processes, on a model that sleeps.
@Suite("An experiment on this machine") struct LaunchTests {
  /// A folder of its own and an experiment id that nobody else uses.
  private struct Bench {
    let folder = FileManager.default.temporaryDirectory.appending(path: "LaunchTests-\(UUID())")
    let id = "test-\(UUID())"
    let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "run_exp").path

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let experiment = """
        {"experiment_id": "\(id)", "frontend_type": "local", "worker_type": "local", "client_type": "local",
         "model": "synthetic", "service_time": {"median_ms": 5}, "s3_path": "", "queue_modes": ["single_queue"],
         "redundancy_modes": ["coded"], "num_models": 2, "ec_k_val": [2], "batch_sizes": [1], "send_rates": [100],
         "num_clients": 2, "num_queries": 200, "num_trials": 1, "background_traffic": [0], "warmup_batches": 10}
        """
      try Data(experiment.utf8).write(to: folder.appending(path: "x.json"))
    }

    /// Runs `command`, in which `$RUN` is `run_exp x.json`, in the folder.
    func run(_ command: String) async throws -> Output {
      let script = "cd \"$1\" && RUN=\"$2 x.json\" && \(command)"
      return try await LocalShell().run(
        Command("sh", ["-c", script, "sh", folder.path, program]), deadline: .now + .seconds(100))
    }

    var processes: [TaggedProcess] { TaggedProcess.find(experiment: id) }

    /// Names of the files that a trial left, whole or not.
    var files: [String] {
      (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String]) ?? []
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }

  @Test("is run, prints its tables, leaves no process, and analyze prints the same bytes again")
  func launch() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let launched = try await bench.run("$RUN launch --local")
    #expect(launched.termination.isSuccess, "\(launched.stderr)")
    #expect(launched.stdout.contains("E2E_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n200\t"))
    #expect(launched.stdout.contains("ENCODING_LATENCY (us)\n"))
    #expect(bench.processes.isEmpty)
    for name in ["records.csv", "codes.csv", "summary.json", "provenance.json", "exp_files.tar.gz", "frontend.log"] {
      #expect(bench.files.contains { $0.hasSuffix("mode_coded/it_0/0/\(name)") || $0.hasSuffix("logs/\(name)") })
    }
    #expect(try await bench.run("$RUN analyze").stdout == launched.stdout)
    // Finished before: the same command measures nothing again.
    #expect(try await bench.run("$RUN launch --local").stdout == launched.stdout)
  }

  @Test("loses no query when a worker is killed while load is sent")
  func killedWorker() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    async let launched = bench.run("$RUN launch --local")
    while !bench.files.contains(where: { $0.hasSuffix("client-1.log") }) {
      try await Task.sleep(for: .milliseconds(20))
    }
    try await Task.sleep(for: .seconds(1))
    let victim = try #require(bench.processes.first { $0.commandLine.contains("--number 1 ") })
    kill(victim.identity.pid, SIGKILL)
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n200\t"))
    #expect(!output.stdout.contains("FAILED"))
  }

  @Test("is stopped by an interrupt with exit status 130, keeps its records so far and leaves no process")
  func interrupted() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    let output = try await bench.run("timeout --preserve-status -s INT 2 $RUN launch --local")
    #expect(output.termination == .exited(130), "\(output.stderr)")
    #expect(bench.processes.isEmpty)
    #expect(bench.files.contains { $0.contains("0.partial/logs") })
  }

  @Test("killed without a chance to clean up, it is cleaned up by terminate, twice")
  func crashed() async throws {
    let bench = try Bench()
    defer { bench.remove() }
    _ = try await bench.run("timeout -s KILL 2 $RUN launch --local")
    #expect(!bench.processes.isEmpty)
    for _ in 0..<2 {
      #expect(try await bench.run("$RUN terminate --local").termination.isSuccess)
      #expect(bench.processes.isEmpty)
    }
  }
}
