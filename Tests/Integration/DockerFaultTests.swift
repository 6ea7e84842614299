import CloudUtil
import Foundation
import Testing

/// `faults`, carried out on containers and watched from outside: by `docker inspect`, and in their network namespaces.
@Suite(
  "Faults of containers", .serialized,
  .enabled("SKIPPED: no Docker with images of these programs; see Scripts/test") { await Images.areCurrent })
struct DockerFaultTests {
  private func launch(_ bench: ExperimentBench, _ faults: String, _ options: String = "") async throws -> Output {
    try await bench.run("$RUN launch --local --engine docker --set faults='[\(faults)]' \(options)")
  }

  /// Asks a container of Docker again and again until the answer is as wanted, for thirty seconds at most.
  private func sees(_ container: String, _ format: String, _ isWanted: (String) -> Bool) async throws -> Bool {
    for _ in 0..<600 {
      let output = try await LocalShell().run(
        Command("docker", ["inspect", "--format", format, container]), deadline: .now + .seconds(20))
      if output.termination.isSuccess, isWanted(output.stdout.trimmingCharacters(in: .newlines)) { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }

  /// What `command` prints in the network namespace of a container; empty if it does not run.
  private func inNetwork(of container: String, _ command: String) async throws -> String {
    let script = #"nsenter --target "$(docker inspect --format '{{.State.Pid}}' "$1")" --net sh -c "$2" 2>/dev/null"#
    return try await LocalShell().run(
      Command("sh", ["-c", script, "sh", container, command]), deadline: .now + .seconds(20)
    ).stdout
  }

  private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<600 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }

  private func report(_ bench: ExperimentBench) {
    for line in bench.text("0/events.csv").split(separator: "\n").dropFirst() {
      let row = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let due = Int64(row[6]), let effective = Int64(row[8]) else { continue }
      print("fault \(row[1]) \(row[3]): in effect \(Double(effective - due) / 1e6) ms after its second")
    }
  }

  @Test("a container is paused and goes on, is killed and is started again as another, at its second")
  func lives() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    async let launched = launch(
      bench,
      """
      {"at_s": 2, "action": "pause", "target": "worker/0"}, {"at_s": 4, "action": "resume", "target": "worker/0"},
      {"at_s": 5, "action": "kill", "target": "worker/1"}, {"at_s": 6, "action": "restart", "target": "worker/1"}
      """, "--set num_queries=1000")
    #expect(try await sees("worker-0-parm", "{{.State.Paused}}") { $0 == "true" })
    #expect(try await sees("worker-0-parm", "{{.State.Paused}}") { $0 == "false" })
    #expect(try await sees("worker-1-parm", "{{.State.ExitCode}}") { $0 == "137" })
    #expect(try await sees("worker-1-parm", "{{.State.Running}}") { $0 == "true" })
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n1000\t") && !output.stdout.contains("FAILED"))
    #expect(bench.text("0/events.csv").components(separatedBy: ",done,").count == 5, "\(bench.text("0/events.csv"))")
    #expect(bench.text("logs/frontend.log").components(separatedBy: "worker/1 joined").count == 3)
    report(bench)
    #expect(try await bench.containers().isEmpty)
  }

  @Test(
    "a partition drops every packet of one container, which is lost by its silence, and joins again when it is healed")
  func partition() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    async let launched = launch(
      bench,
      """
      {"at_s": 2, "action": "partition", "target": "worker/0"}, {"at_s": 5, "action": "heal", "target": "worker/0"}
      """, "--set num_queries=1200")
    let drops = { try await inNetwork(of: "worker-0-parm", "iptables -S").contains("-j DROP") }
    #expect(try await eventually(drops))
    #expect(try await inNetwork(of: "worker-0-parm", "iptables -S").components(separatedBy: "-j DROP").count == 3)
    // Neither the host nor other containers have any of it.
    let host = try await LocalShell().run(Command("iptables", ["-S", "INPUT"]), deadline: .now + .seconds(20))
    #expect(!host.stdout.contains("DROP"))
    #expect(try await sees("worker-1-parm", "{{.HostConfig.NetworkMode}}") { $0 == "host" })
    #expect(try await eventually { try await !drops() })
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n1200\t") && !output.stdout.contains("FAILED"))
    let log = bench.text("logs/frontend.log")
    #expect(log.components(separatedBy: "worker/0 joined").count == 3, "\(log)")
    report(bench)
    #expect(try await bench.containers().isEmpty)
  }

  @Test("with Redis cut off and healed, and the frontend cut off for a moment, the trial goes on to its end")
  func partitionedMiddle() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(
      bench,
      """
      {"at_s": 1, "action": "partition", "target": "redis"}, {"at_s": 2, "action": "partition", "target": "frontend"},
      {"at_s": 2.5, "action": "heal", "target": "frontend"}, {"at_s": 30, "action": "heal", "target": "redis"}
      """, "--set num_queries=1000 --set send_rates='[30,200]'")
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.components(separatedBy: "\n1000\t").count >= 3 && !output.stdout.contains("FAILED"))
    #expect(output.stderr.contains("redis does not answer") && output.stderr.contains("redis answers again"))
    report(bench)
    #expect(try await bench.containers().isEmpty)
  }

  @Test(
    "whoever the trial waits for and nobody heals is healed when the load is over, and the trial comes to its end",
    arguments: ["client/0", "frontend"])
  func neverHealed(target: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await launch(
      bench, #"{"at_s": 3, "action": "partition", "target": "\#(target)"}"#,
      #"--set num_queries=600 --set redundancy_modes='["none"]' --set slo_ms=60000"#)
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stderr.contains("\(target) is healed, since the load is over"), "\(output.stderr)")
    #expect(output.stdout.contains("VERDICT\n"))
    #expect(bench.text("0/events.csv").components(separatedBy: ",done,").count == 2, "\(bench.text("0/events.csv"))")
    report(bench)
    #expect(try await bench.containers().isEmpty)
  }

  @Test("a delay shows in tc, or in the worker where the kernel has no netem, and in the latency of what it answers")
  func delay() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let netem = ["--net", "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]
    let probe = try await LocalShell().run(Command("unshare", netem), deadline: .now + .seconds(20))
    async let launched = launch(
      bench,
      """
      {"at_s": 1.5, "action": "delay", "target": "worker/0", "delay_ms": 60}, {"at_s": 3, "action": "heal", "target": "worker/0"}
      """, #"--set num_queries=500 --set redundancy_modes='["none"]'"#)
    if probe.termination.isSuccess {
      #expect(
        try await eventually {
          try await inNetwork(of: "worker-0-parm", "tc qdisc show dev eth0").contains("delay 60ms")
        })
    }
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    let effects = bench.text("0/events.csv").split(separator: "\n").dropFirst()
      .compactMap { Int64($0.split(separator: ",", omittingEmptySubsequences: false)[8]) }
    try #require(effects.count == 2, "\(bench.text("0/events.csv"))")
    let lines = bench.text("0/records.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    var delayed: [Int64] = []
    for line in lines.dropFirst() {
      let row = Dictionary(zip(lines[0], line)) { first, _ in first }
      guard row["worker"] == "0", let sent = Int64(row["dispatched_ns"] ?? ""), let own = Int64(row["own_ns"] ?? "")
      else {
        continue
      }
      if effects[0] < sent, own < effects[1] - 100_000_000 { delayed.append(own - sent) }
    }
    #expect(!delayed.isEmpty && delayed.allSatisfy { $0 >= 60_000_000 }, "\(delayed)")
    report(bench)
  }

  @Test("a delay of what is no worker takes netem: without it exit status 69 before anything is started")
  func delayWithoutNetem() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let netem = ["--net", "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"]
    let probe = try await LocalShell().run(Command("unshare", netem), deadline: .now + .seconds(20))
    let output = try await launch(bench, #"{"at_s": 1, "action": "delay", "target": "redis", "delay_ms": 5}"#)
    guard !probe.termination.isSuccess else {
      #expect(output.termination.isSuccess, "\(output.stderr)")
      return
    }
    #expect(output.termination == .exited(69), "\(output.stderr)")
    #expect(output.stderr.contains(#"faults[0]: "delay": the kernel cannot delay packets of redis, it lacks netem"#))
    #expect(!bench.files.contains { $0.contains("results") })
  }
}
