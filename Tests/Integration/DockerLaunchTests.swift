import CloudUtil
import Foundation
import Testing

/// The product as a user runs it, in containers. They need a daemon and images of these very programs
/// (`Scripts/images --from .build/debug`); with REQUIRE_DOCKER=1 they may not be skipped.
@Suite(
  "An experiment on this machine, in containers", .serialized,
  .enabled("SKIPPED: no Docker with images of these programs; see Scripts/test") { await Images.areCurrent })
struct DockerLaunchTests {
  @Test("is run by containers of ParM's names, prints its tables, keeps every log and leaves no container")
  func launch() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    async let launched = bench.run("$RUN launch --local --engine docker")
    var seen: Set<String> = []
    while !bench.text("logs/client-1.log").contains("client") && seen.count < 7 {
      seen.formUnion(try await bench.containers())
      if bench.files.contains(where: { $0.hasSuffix("0/summary.json") }) { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("E2E_LATENCY (ms)\nNUM\tMED\tMEAN\tP99\tP99.5\tP99.9\n200\t"))
    #expect(
      seen == [
        "client-0-parm", "client-1-parm", "query_frontend-parm", "redis-parm", "worker-0-parm", "worker-1-parm",
        "worker-2-parm",
      ])
    #expect(try await bench.containers().isEmpty)
    #expect(bench.text("logs/frontend.log").contains("worker/0 joined"))
    #expect(bench.text("0/provenance.json").contains("sha256:"))
    #expect(try await bench.run("$RUN analyze").stdout == output.stdout)
  }

  @Test("loses no query when the container of a worker is killed while load is sent")
  func killedWorker() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    async let launched = bench.run("$RUN launch --local --engine docker --set send_rates='[50]'")
    while try await !bench.containers().contains("client-1-parm") { try await Task.sleep(for: .milliseconds(50)) }
    try await Task.sleep(for: .seconds(1))
    try await LocalShell().require(Command("docker", ["kill", "worker-1-parm"]), deadline: .now + .seconds(20))
    let output = try await launched
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\n200\t") && !output.stdout.contains("FAILED"))
    #expect(bench.text("0/summary.json").contains("\"workers_lost\" : 1"))
  }

  @Test("is stopped by an interrupt, and cleaned up by terminate or the next launch when it was killed")
  func stopped() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let launch = "$RUN launch --local --engine docker"
    func runs() async throws -> Bool { try await !bench.containers().isEmpty }
    let interrupted = try await bench.run(launch, until: runs, signal: SIGINT)
    #expect(interrupted.termination == .exited(130), "\(interrupted.stderr)")
    #expect(try await bench.containers().isEmpty)

    _ = try await bench.run(launch, until: runs, signal: SIGKILL)
    #expect(try await !bench.containers().isEmpty)
    for _ in 0..<2 {
      #expect(try await bench.run("$RUN terminate --local").termination.isSuccess)
      #expect(try await bench.containers().isEmpty)
    }

    _ = try await bench.run(launch, until: runs, signal: SIGKILL)
    let again = try await bench.run(launch)
    #expect(again.termination.isSuccess, "\(again.stderr)")
    #expect(try await bench.containers().isEmpty)
  }

  @Test("names a worker that runs out of the memory it was given, and refuses limits that the machine does not have")
  func limits() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    // The same without a limit; and what libtorch's files hold is in memory then: read for the first time within the
    // limit, they would be dropped and read again and again.
    let unlimited = try await bench.run(
      "$RUN launch --local --engine docker --set model=digits --set service_time=null --final_dir unlimited")
    #expect(unlimited.termination.isSuccess, "\(unlimited.stderr)")
    let tooSmall = try await bench.run(
      "$RUN launch --local --engine docker --limits worker:memory=64M --set model=digits --set service_time=null")
    #expect(!tooSmall.termination.isSuccess)
    #expect(tooSmall.stderr.contains("ran out of memory (its limit is 64 MiB)"), "\(tooSmall.stderr)")
    let tooLarge = try await bench.run("$RUN launch --local --engine docker --limits worker:cpus=10000")
    #expect(tooLarge.termination == .exited(69), "\(tooLarge.stderr)")
    #expect(tooLarge.stderr.contains("--limits worker: is to have 10000.0 cores"), "\(tooLarge.stderr)")
    #expect(!tooLarge.stderr.contains("starting"), "it is found out before")
    #expect(try await bench.containers().isEmpty)
  }

  @Test("loads a user's model in the worker's image before anything is started")
  func modelCheck() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    try Data("not a model".utf8).write(to: bench.folder.appending(path: "broken.pt"))
    let output = try await bench.run(
      "RUN_EXP_TORCH_RUNTIME=/nowhere $RUN launch --local --engine docker --set model=./broken.pt --set service_time=null "
        + "--set parity_model=./broken.pt --set 'payload={\"kind\":\"digits\"}'")
    #expect(output.termination == .exited(65), "\(output.stderr)")
    #expect(output.stderr.contains("broken.pt"), "\(output.stderr)")
    #expect(!bench.files.contains { $0.hasPrefix("results") })
  }

  @Test("leaves a stranger's container of the same name alone, says whose it is, and starts nothing")
  func stranger() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let shell = LocalShell()
    func docker(_ words: String...) async throws -> Output {
      try await shell.run(Command("docker", words), deadline: .now + .seconds(20))
    }
    let image = "run_exp-redis:latest"
    #expect(try await docker("create", "--name", "client-0-parm", image, "sleep", "60").termination.isSuccess)
    let output = try await bench.run("$RUN launch --local --engine docker")
    #expect(output.termination == .exited(69), "\(output.stderr)")
    #expect(output.stderr.contains("client-0-parm") && output.stderr.contains(image), "\(output.stderr)")
    #expect(try await docker("rm", "client-0-parm").termination.isSuccess)
    #expect(try await bench.containers().isEmpty)
  }
}

/// The images of the programs that are tested.
enum Images {
  static var areCurrent: Bool {
    get async {
      if ProcessInfo.processInfo.environment["REQUIRE_DOCKER"] == "1" { return true }
      let programs = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().path
      let script = URL(filePath: #filePath).appending(path: "../../../Scripts/images").standardized.path
      let check = Command(script, ["--check", "--from", programs])
      return (try? await LocalShell().run(check, deadline: .now + .seconds(30)))?.termination.isSuccess ?? false
    }
  }
}
