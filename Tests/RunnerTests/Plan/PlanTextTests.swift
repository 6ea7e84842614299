import Foundation
import Testing

@testable import Runner

@Suite("A plan")
struct PlanTextTests {
  private static let locator = FileLocator(experiment: "/nowhere/x.json", currentFolder: "/")

  private func plan(_ changes: [String: String?] = [:], cores: Int = 2) throws -> String {
    let sweep = Sweep(try Sample.experiment(changes, place: .anywhere))
    let results = ResultPath(
      environment: .local, finalDir: "0", hasSeveralQueueModes: sweep.hasSeveralQueueModes)
    return PlanText(sweep: sweep, results: results, locator: Self.locator, cores: cores).text
  }

  @Test("of the simplest experiment reads so")
  func golden() throws {
    let folder = "results/local/ParM/wt_c5.xlarge/bm_resnet18/bg_0/bs_1/rate_3/k_2/nq_304"
    #expect(
      try plan() == """
        ParM: 2 trials of resnet18, 3 m 23 s of load and up to 10 s between
        processes of a trial: redis-server, frontend, 1 client, and the workers below (base + redundant)

        trial  bg  bs  k  queue         rate/s  it  mode   workers  queries      time  cores  busy  results
            0   0   1  2  single_queue       3   0  equal  2 + 1        304  1 m 41 s   0.11   4 %  \(folder)/mode_equal/it_0/0
            1   0   1  2  single_queue       3   0  coded  2 + 1        304  1 m 41 s   0.16   5 %  \(folder)/mode_coded/it_0/0

        cores: what the models keep busy on average, of 2 here; busy: of an instance of the busiest pool
        service time of resnet18: 36 ms a query on one thread of the reference machine
        service time of resnet18_parity: 36 ms a query on one thread of the reference machine

        """)
  }

  @Test("says whom each fault strikes in which trials, and which trials go without it")
  func faults() throws {
    let text = try plan([
      "redundancy_modes": #"["none", "coded"]"#, "send_rates": "[3, 300]", "num_models": "4",
      "faults": """
      [{"at_s": 20, "action": "slow", "target": "parity/0", "factor": 4}, {"at_s": 0.5, "action": "kill", "target": "redis"}]
      """,
    ])
    #expect(text.contains("\nfault: kill redis at 0.5 s: redis in trials 0-3\n"))
    #expect(
      text.contains(
        "\nfault: slow parity/0 by a factor of 4 at 20 s: no such target in this mode in trials 0, 2; "
          + "parity/4 in trial 1; past the end of the load in trial 3\n"), "\(text)")
  }

  @Test("for machines has every trial with its load, and null where a service time is not known")
  func record() throws {
    let sweep = Sweep(try Sample.experiment(place: .anywhere))
    let plan = PlanText(
      sweep: sweep, results: ResultPath(environment: .local, finalDir: "0", hasSeveralQueueModes: false),
      locator: Self.locator, cores: 2
    ).record
    #expect(plan.trials.map(\.trial) == sweep.trials)
    #expect(plan.trials.map(\.workers) == [3, 3])
    let text = String(decoding: try JSONEncoder().encode(plan), as: UTF8.self)
    #expect(text.contains(#""machine_cores":2"#))
  }

  @Test("adds a k-th of the load in coded and the approximate model's in cheap")
  func cores() throws {
    let text = try plan(["redundancy_modes": #"["none", "equal", "coded", "cheap"]"#, "send_rates": "[10]"])
    let cores = text.split(separator: "\n").filter { $0.contains("single_queue") }.map {
      $0.split(separator: " ").dropLast(3).last ?? ""
    }
    #expect(cores == ["0.36", "0.36", "0.54", "0.44"])
  }

  @Test("warns where instances or cores cannot keep up, and says what background traffic takes")
  func warnings() throws {
    let text = try plan(["send_rates": "[100]", "background_traffic": "[4]"])
    #expect(text.contains("warning: trials 0-1: instances would be busy up to 180 % of the time"))
    #expect(text.contains("warning: trials 0-1: the models need up to 5.40 cores, this machine has 2"))
    #expect(text.contains("network shuffles (bg) run here between containers, as root, over links of 1000 Mbit/s"))
    let tenant = try plan(["background_traffic": #"["clipper"]"#, "background_rate": "7"])
    #expect(
      tenant.contains(
        "second tenant (bg clipper): a frontend, a client and 1 instance of resnet18 beside the trial's, at 7 queries/s"
      ))
    #expect(try !plan().contains("warning"))
  }

  @Test("counts a synthetic model as busy and as taking no core, slowdowns included")
  func synthetic() throws {
    let text = try plan([
      "model": #""synthetic""#, "service_time": #"{"kind": "constant", "median_ms": 20}"#, "send_rates": "[50]",
      "slowdowns": #"[{"probability": 0.1, "added_ms": 100}]"#, "redundancy_modes": #"["none"]"#,
    ])
    #expect(text.contains("  0.00  75 %  "))
    #expect(text.contains("service time of synthetic: constant, mean 20.00 ms a batch; it sleeps and takes no core"))
  }

  @Test("draws runs of trials together", arguments: [([3], "trial 3"), ([0, 1, 2, 5, 7, 8], "trials 0-2, 5, 7-8")])
  func ranges(numbers: [Int], text: String) { #expect(PlanText.trials(numbers) == text) }

  @Test(
    "shows durations as people say them",
    arguments: [(0.25, "0.2 s"), (9.5, "9.5 s"), (59.6, "1 m 00 s"), (101.3, "1 m 41 s"), (12_060, "3 h 21 m")])
  func durations(seconds: Double, text: String) { #expect(PlanText.duration(seconds) == text) }
}
