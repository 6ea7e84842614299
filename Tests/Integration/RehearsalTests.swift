import CloudUtil
import Foundation
import Testing

/// From nothing to results and back to nothing, on machines that boot.
@Suite(
  "A launch on a cluster", .serialized,
  .enabled("the images of these programs are not there") { await Images.areCurrent })
struct RehearsalTests {
  @Test("survives its operator, is one at a time, brings home what was measured there, goes on, and leaves nothing")
  func whole() async throws {
    try await RehearsalBench.use { bench in
      try await bench.kill("x.json launch", at: "Starting run on frontend")

      // Nobody watches, and it goes on.
      let status = try await bench.run("x.json status")
      #expect(status.termination == .exited(0), "\(status.stderr)")
      #expect(status.stdout.contains("rehearsed/main: trial ") && status.stdout.contains(" of 2, up to "))
      let second = try await bench.run("x.json launch --final_dir other")
      #expect(second.termination == .exited(69))
      #expect(second.stderr.contains("a run is at work on rehearsed/main; follow it with attach"))

      let attached = try await bench.run("x.json attach")
      #expect(attached.termination == .exited(0), "\(attached.stderr)")
      #expect(
        attached.stderr.contains(
          "exp_files.tar.gz of each trial lies in its folder below results/cluster/rehearsed "
            + "(on the frontend: /var/lib/run_exp/rehearsed/main/results/cluster/rehearsed)"))
      let paths = attached.stdout.split(separator: "\n").map(String.init).filter {
        $0.hasPrefix("results/cluster/rehearsed/")
      }
      #expect(paths.count == 2 && attached.stdout.contains("E2E_LATENCY (ms)\nNUM\t"))

      // What came home is what is there, and was measured there: every query was answered, by models of a host each.
      for path in paths {
        let sums =
          "cd /var/lib/run_exp/rehearsed/main/\(path) && sha256sum records.csv summary.json provenance.json hosts.csv"
        let there = try await bench.onMachine("frontend-0", sums)
        let here = try await LocalShell().require(
          Command(
            "sh",
            ["-c", "cd \(bench.folder.path)/\(path) && sha256sum records.csv summary.json provenance.json hosts.csv"]),
          deadline: .now + .seconds(20)
        ).stdout
        #expect(there == here)
        let records = try bench.text("\(path)/records.csv").split(separator: "\n")
        #expect(records.count == 1 + 304)
        #expect(
          Set(
            try bench.text("\(path)/hosts.csv").split(separator: "\n").dropFirst().compactMap {
              $0.split(separator: ",").first
            }
          ).count == 5)
        let provenance = try bench.text("\(path)/provenance.json")
        #expect(provenance.contains("\"engine\" : \"docker\"") && provenance.contains("\"commit\""))
        #expect(provenance.components(separatedBy: "\"within_ns\"").count - 1 == 2 * 4)
      }

      // The same again has nothing to do; one trial's results can be had alone.
      let again = try await bench.run("x.json launch")
      #expect(again.termination == .exited(0) && again.stderr.contains("finished before, not run again"))
      try FileManager.default.removeItem(at: bench.folder.appending(path: "results"))
      let collected = try await bench.run("x.json collect --path \(paths[0])")
      #expect(collected.termination == .exited(0) && collected.stdout.hasPrefix(paths[0] + "\nE2E_LATENCY (ms)\n"))
      #expect(!FileManager.default.fileExists(atPath: bench.folder.appending(path: paths[1]).path))

      // Half a copy is made whole; what was measured at another time is not replaced unasked.
      let (records, summary) = ("\(paths[0])/records.csv", "\(paths[0])/summary.json")
      let (whole, said) = (try bench.text(records), try bench.text(summary))
      try bench.write(String(whole.prefix(whole.count / 2)), to: records)
      try bench.write(String(said.prefix(said.count / 2)), to: summary)
      #expect(try await bench.run("x.json collect").termination == .exited(0))
      #expect(try bench.text(records) == whole && (try bench.text(summary)) == said)
      // So is what was damaged under its size and time.
      let file = bench.folder.appending(path: records).path
      let times = try FileManager.default.attributesOfItem(atPath: file).filter { $0.key == .modificationDate }
      try bench.write(String(repeating: "0", count: whole.utf8.count), to: records)
      try FileManager.default.setAttributes(times, ofItemAtPath: file)
      #expect(try await bench.run("x.json collect").termination == .exited(0))
      #expect(try bench.text(records) == whole)
      try bench.write(said.replacing("\"index\"", with: "\"index\" "), to: summary)
      let refused = try await bench.run("x.json collect")
      #expect(
        refused.termination == .exited(73) && refused.stderr.contains("1 trials are finished here and were measured"))
      #expect(try await bench.run("x.json collect --overwrite").termination == .exited(0))
      #expect(try bench.text(summary) == said)

      // What a cluster has lost is taken there again, and not measured again.
      _ = try await bench.onMachine("frontend-0", "rm -r /var/lib/run_exp/rehearsed/main/\(paths[1])")
      let resumed = try await bench.run("x.json launch")
      #expect(resumed.termination == .exited(0) && resumed.stderr.contains("taking 1 trials along"))
      #expect(!resumed.stderr.contains("sending"))

      // On the machines nothing runs any more, and no secret was ever said.
      for name in ["frontend-0", "worker-0", "worker-1", "worker-2", "client-0"] {
        #expect(try await bench.onMachine(name, "docker ps --all --quiet; ls /dev/shm | grep run_exp || true").isEmpty)
      }
      #expect(try await bench.onMachine("frontend-0", "grep -c PRIVATE ~/runner_log.txt || true") == "0\n")

      let terminated = try await bench.run("x.json terminate")
      #expect(terminated.termination == .exited(0) && terminated.stdout.contains("TerminatingInstances"))
      #expect(try await bench.machines().isEmpty)
    }
  }

  @Test("that fails keeps its machines and says what they cost, and gives them back where that was asked for")
  func failure() async throws {
    let faults = #"{"hosts": [{"fault": "no_sudo", "role": "worker", "number": 1}]}"#
    try await RehearsalBench.use(faults: faults) { bench in
      let failed = try await bench.run("x.json launch")
      #expect(failed.termination == .exited(69))
      #expect(failed.stderr.contains("bootstrap failed on 1 of 5 hosts:\nworker "))
      #expect(failed.stderr.contains("the machines of rehearsed/main run on; they cost 0.680 USD/h until: "))
      #expect(try await bench.machines().count == 5)
      let given = try await bench.run("x.json launch --terminate-on-failure")
      #expect(given.termination == .exited(69) && given.stderr.contains("has no sudo without a password"))
      #expect(try await bench.machines().isEmpty)
    }
  }

  @Test("goes on with the hosts that are left when one is lost, where it is told to; one of them has no systemd")
  func loss() async throws {
    let faults = #"{"hosts": [{"fault": "no_systemd", "role": "worker", "number": 2}]}"#
    try await RehearsalBench.use(faults: faults) { bench in
      try "provider: ec2\non_host_loss: go_on\nssh_from: [0.0.0.0/0]\n".write(
        to: bench.folder.appending(path: "go.yml"), atomically: true, encoding: .utf8)
      try await bench.kill("x.json launch --cluster-file go.yml", at: "sending 304 queries")
      let lost = try #require(try await bench.machines().first { $0.hasSuffix("-worker-0") })
      try await LocalShell().require(Command("docker", ["kill", lost]), deadline: .now + .seconds(20))
      let attached = try await bench.run("x.json attach --cluster-file go.yml")
      #expect(attached.termination == .exited(0), "\(attached.stderr)")
      #expect(attached.stderr.contains("does not answer any more; going on with the hosts that are left"))
      #expect(attached.stdout.split(separator: "\n").count { $0.hasPrefix("results/cluster/rehearsed/") } == 2)
      _ = try await bench.run("x.json terminate --cluster-file go.yml")
    }
  }

  @Test(
    "has shuffles between all worker machines, idle ones too, and not a byte after them; a second tenant on machines of its own"
  )
  func background() async throws {
    try await RehearsalBench.use { bench in
      let sets =
        #"--set background_traffic=[2,"clipper"] --set redundancy_modes=["none","coded"] --set warmup_batches=10"#
      // As fast as they can, shuffles would leave this one machine nothing for all the others to run on.
      let booted = try await bench.run("x.json launch --machines-only \(sets)")
      #expect(booted.termination == .exited(0), "\(booted.stderr)")
      for machine in try await bench.machines() where machine.contains("-worker-") {
        let script =
          #"nsenter -t "$(docker inspect -f {{.State.Pid}} "$1")" -n tc qdisc replace dev eth0 root tbf rate 200mbit burst 100kb latency 10ms"#
        try await LocalShell().require(
          Command("sh", ["-c", script, "sh", machine]), deadline: .now + .seconds(20))
      }
      let launched = try await bench.run("x.json launch \(sets)")
      #expect(launched.termination == .exited(0), "\(launched.stderr)")
      let workers = ["worker-0", "worker-1", "worker-2"]
      func bytes() async throws -> [Int64] {
        var bytes: [Int64] = []
        for name in workers {
          let line = try await bench.onMachine(name, "grep eth0: /proc/net/dev")
          bytes.append(line.split { " :".contains($0) }.dropFirst().compactMap { Int64($0) }[8])
        }
        return bytes
      }
      let before = try await bytes()
      #expect(before.reduce(0, +) > 100_000_000, "\(before)")
      try await Task.sleep(for: .seconds(2))
      #expect(zip(before, try await bytes()).allSatisfy { $1 - $0 < 1_000_000 })
      #expect(launched.stdout.split(separator: "\n").count { $0 == "SECOND_TENANT (ms)" } == 2)
      #expect(launched.stdout.split(separator: "\n").count { $0 == "VERDICT" } == 4, "\(launched.stdout)")

      let paths = launched.stdout.split(separator: "\n").map(String.init).filter { $0.hasPrefix("results/cluster/") }
      for path in paths {
        let hosts = Set(
          try bench.text("\(path)/hosts.csv").split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: ",").first
          })
        if path.contains("/bg_2/") {
          let rows = try bench.text("\(path)/shuffles.csv").split(separator: "\n").dropFirst()
          let ends = Set(rows.flatMap { $0.split(separator: ",")[1...2] })
          #expect(!rows.isEmpty && ends.isSubset(of: hosts), "\(rows)")
          // Frontend, client and three workers, of which one is idle in `none`.
          #expect(hosts.count == 5)
        } else {
          let placed = try bench.text("\(path)/deployment.txt").split(separator: "\n").map {
            $0.split(separator: "\t").prefix(2).joined(separator: " ")
          }
          func host(_ name: String) -> Substring? { placed.first { $0.hasPrefix(name) }?.split(separator: " ").last }
          #expect(host("bg_worker-0-parm") == host("worker-0-parm"))
          #expect(
            Set(["bg_frontend", "bg_client-0", "query_frontend", "client-0"].map { host("\($0)-parm") }).count == 4)
          #expect(try bench.text("\(path)/background/records.csv").split(separator: "\n").count > 10)
        }
      }
      for name in workers {
        #expect(try await bench.onMachine(name, "docker ps --all --quiet; ls /dev/shm | grep run_exp || true").isEmpty)
      }
      _ = try await bench.run("x.json terminate \(sets)")
      #expect(try await bench.machines().isEmpty)
    }
  }
}
