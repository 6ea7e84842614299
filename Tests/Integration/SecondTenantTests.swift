import CloudUtil
import Foundation
import Testing

/// A second tenant beside an experiment on this machine, as processes.
@Suite("A second tenant on this machine", .serialized) struct SecondTenantTests {
  private static let tenant = #"--set background_traffic='["clipper"]' --set background_rate=40"#

  @Test("is served from before the first query to after the last, has records of its own and leaves nothing")
  func beside() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let launched = try await bench.run("$RUN launch --local --engine process \(Self.tenant)")
    #expect(launched.termination.isSuccess, "\(launched.stderr)")
    #expect(bench.processes.isEmpty)
    #expect(launched.stdout.contains("E2E_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n200\t"))
    #expect(launched.stdout.contains("\nSECOND_TENANT (ms)\nNUM\tMED\tP99\n"))
    #expect(try bench.brokenRules().isEmpty)

    let own = bench.column("sent_ns", of: "/0/records.csv")
    let others = bench.column("sent_ns", of: "/background/records.csv")
    let last = try #require(bench.column("received_ns", of: "/0/records.csv").max())
    // It sends every 25 ms on average; within 500 ms one is missing in e^-20 of all schedules.
    #expect(try #require(others.min()) < (try #require(own.min())) + 500_000_000)
    #expect(try #require(others.max()) > last - 500_000_000)
    #expect(try #require(others.max()) < last + 2_000_000_000)
    #expect(own.count == 210, "the tenant's are not among them")
    #expect(!bench.files.contains { $0.hasSuffix("background/client_0.csv") })
    for name in ["bg_frontend-parm", "bg_worker-0-parm", "bg_client-0-parm"] {
      #expect(bench.text("deployment.txt").contains(name))
    }
    #expect(try await bench.run("$RUN analyze \(Self.tenant)").stdout == launched.stdout)
  }

  @Test("that dies makes the measurement INVALID, and says so")
  func dies() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    async let launched = bench.run(
      "$RUN launch --local --strict --engine process --set send_rates='[50]' \(Self.tenant)")
    #expect(try await bench.eventually { bench.text("client_0.csv.tmp").isEmpty && bench.processes.count == 10 })
    try await Task.sleep(for: .seconds(1))
    let worker = bench.processes.first {
      $0.commandLine.contains("/worker ") && $0.commandLine.contains("-bg ")
    }
    kill(try #require(worker).identity.pid, SIGKILL)
    let output = try await launched
    #expect(output.termination == .exited(73), "\(output.stderr)")
    let rules = try bench.brokenRules()
    #expect(rules.count == 1 && rules[0].hasPrefix("bg_worker/0 of the second tenant was killed by"), "\(rules)")
    #expect(output.stdout.contains("\nVERDICT\nINVALID\n") && output.stdout.contains("\n\(rules.first ?? "-")\n"))
    #expect(bench.text("background.json").contains("bg_worker/0"))
    #expect(bench.processes.isEmpty)
  }

  @Test("is ended by terminate when the run was killed, and by an interrupt")
  func ended() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let launch = "$RUN launch --local --engine process --set send_rates='[20]' \(Self.tenant)"
    func runs() -> Bool { bench.processes.contains { $0.commandLine.contains("-bg ") } }
    _ = try await bench.run(launch, until: runs, signal: SIGKILL)
    #expect(runs())
    #expect(try await bench.run("$RUN terminate --local").termination.isSuccess)
    #expect(bench.processes.isEmpty)

    let interrupted = try await bench.run(launch, until: runs, signal: SIGINT)
    #expect(interrupted.termination == .exited(130), "\(interrupted.stderr)")
    #expect(bench.processes.isEmpty)
  }

  @Test("shuffles between processes are refused in a clear line, before anything is started")
  func noShuffles() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run("$RUN launch --local --engine process --set background_traffic='[2]'")
    #expect(output.termination == .exited(69), "\(output.stderr)")
    #expect(output.stderr.contains("background_traffic 2 needs containers"), "\(output.stderr)")
    #expect(output.stderr.contains("--set background_traffic='[0]'"))
    #expect(bench.files.allSatisfy { !$0.hasPrefix("results") })
  }
}
