import CloudUtil
import Foundation
import Testing

/// A folder of its own and an experiment id that nobody else uses.
struct ExperimentBench {
  let folder = FileManager.default.temporaryDirectory.appending(path: "ExperimentBench-\(UUID())")
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
    do {
      return try await LocalShell().run(
        Command("sh", ["-c", script, "sh", folder.path, program]), deadline: .now + .seconds(100))
    } catch {
      // What it leaves would be in the way of the next test.
      _ = try? await LocalShell().run(
        Command(program, ["\(folder.path)/x.json", "terminate", "--local"]), deadline: .now + .seconds(60))
      throw error
    }
  }

  /// Runs `command`, one program with its arguments, and sends it `signal` as soon as `condition` holds, after a minute at
  /// the latest; so the test is not about how fast the machine gets there.
  func run(_ command: String, until condition: () async throws -> Bool, signal: Int32) async throws -> Output {
    async let ended = run(#"sh -c 'echo $$ >pid; exec "$@"' sh \#(command)"#)
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition(), .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
    kill(try #require(pid_t(text("pid").trimmingCharacters(in: .whitespacesAndNewlines))), signal)
    return try await ended
  }

  /// A client of the experiment runs: load is sent, or will be at once.
  var sendsLoad: Bool { processes.contains { $0.commandLine.contains("/client ") } }

  /// Names of the experiment's containers, running or not.
  func containers() async throws -> [String] {
    try await DockerEngine(shell: LocalShell()).find(experiment: id).map(\.name).sorted()
  }

  var processes: [TaggedProcess] { TaggedProcess.find(experiment: id) }

  /// Names of the files that a trial left, whole or not.
  var files: [String] {
    (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String]) ?? []
  }

  /// The text of the first of these files whose path ends so; empty if there is none.
  func text(_ suffix: String) -> String {
    guard let file = files.first(where: { $0.hasSuffix(suffix) }) else { return "" }
    return (try? String(contentsOf: folder.appending(path: file), encoding: .utf8)) ?? ""
  }

  /// Why the first trial is INVALID, but for queries that were sent late: that tells of the machine that tests.
  func brokenRules() throws -> [String] {
    struct Judged: Decodable {
      var reasons: [String]
    }
    let summary = try JSONDecoder().decode(Judged.self, from: Data(text("0/summary.json").utf8))
    return summary.reasons.filter { !$0.hasPrefix("queries were sent late: ") }
  }

  /// Asks again and again, for thirty seconds at most.
  func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<1500 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
