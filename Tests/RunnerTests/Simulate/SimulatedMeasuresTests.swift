import CloudUtil
import Foundation
import Serving
import Simulation
import Testing

@testable import Runner

@Suite("A simulated trial's summary")
struct SimulatedMeasuresTests {
  static func installation() throws -> Installation {
    try Installation(executable: "/nowhere/run_exp", environment: ["RUN_EXP_HOME": DocumentationTests.root.path])
  }

  static func sweep(_ changes: [String: String?]) throws -> Sweep {
    var keys: [String: String?] = [
      "model": #""synthetic""#, "service_time": #"{"kind": "exponential", "median_ms": 20}"#, "num_models": "6",
      "send_rates": "[150]", "num_queries": "1500", "warmup_batches": "20",
    ]
    keys.merge(changes) { $1 }
    return Sweep(try Sample.experiment(keys, place: .anywhere))
  }

  static func simulated(
    _ trial: Trial, settings: SimulationSettings? = nil
  ) throws -> (trial: SimulatedTrial, place: ResultPlace) {
    let settings =
      settings ?? SimulationSettings(networkDelay_ms: 0.05, link_mbit_per_s: 1250, isMeasured: false, hosts: 9)
    let simulated = try SimulatedTrial(
      trial, settings: settings, measured: nil, installation: installation(),
      locator: FileLocator(experiment: "/nowhere/x.json", currentFolder: "/nowhere"))
    let environment = RunEnvironment(settings, inputs: [:])
    return (
      simulated,
      ResultPlace(
        trial: trial, environment: environment, fingerprint: try Fingerprint.of(trial, environment: environment),
        folder: ResultFolder(url: URL(filePath: "/nowhere")), path: "nowhere")
    )
  }

  @Test(
    "is what an analysis of its rows gives, to the last bit, in every mode",
    arguments: [
      [:], ["batch_sizes": "[3]", "ec_k_val": "[3]", "queue_modes": #"["rr"]"#],
      ["slowdowns": #"[{"workers": "all", "probability": 0.05, "added_ms": 200}]"#, "parities": "2"],
      ["slo_ms": "60", "send_rates": "[400]"], ["max_in_flight": "10", "send_rates": "[400]"],
      ["background_traffic": "[4]", "batch_timeout_ms": "5", "batch_sizes": "[2]"],
      ["background_traffic": #"["clipper"]"#], ["num_queries": "1", "warmup_batches": "0"],
      [
        "faults": #"""
        [{"at_s": 2, "action": "kill", "target": "worker/1"}, {"at_s": 3, "action": "restart", "target": "random"},
         {"at_s": 2.5, "action": "pause", "target": "worker/1"}, {"at_s": 4, "action": "kill", "target": "redis"}, {"at_s": 5, "action": "pause", "target": "parity/0"}]
        """#
      ],
    ])
  func rows(changes: [String: String?]) throws {
    let folder = try TemporaryFolder()
    var changes = changes
    changes["redundancy_modes"] = #"["none", "equal", "coded", "cheap", "replicated", "hedged"]"#
    for trial in try Self.sweep(changes).trials {
      let (simulated, place) = try Self.simulated(trial)
      let outcome = try Simulation.run(simulated)
      let measures = SimulatedMeasures(outcome, mode: trial.mode, network: simulated.network)
      let faults = FaultRecord.simulated(of: trial, load_s: 100, failed: outcome.faultsFailed)
      let summary = Summary(place, measures, outcome, codes: simulated.codes, faults: faults)
      let url = URL(filePath: folder.path)
      try FaultRecord.write(faults, to: url)
      try SimulatedRecords(outcome: outcome, trial: simulated).write(to: url)
      let analyzed = try Analysis.analyze(
        trial: trial, folder: url, fingerprint: place.fingerprint, environment: place.environment)
      #expect(summary == analyzed, "\(trial.mode)")
      #expect(Report.text(summary) == Report.text(analyzed), "\(trial.mode)")
    }
  }

  @Test("says of each fault when it struck, or why it did not")
  func faults() throws {
    let trial = try #require(
      Self.sweep([
        "redundancy_modes": #"["equal"]"#,
        "faults": #"""
        [{"at_s": 4, "action": "kill", "target": "redis"}, {"at_s": 2, "action": "kill", "target": "worker/1"},
         {"at_s": 5, "action": "slow", "target": "worker/2", "factor": 2}]
        """#,
      ]).trials.first)
    for (struck, load_s) in [1.9, 4.9, 5.1].enumerated() {
      let records = FaultRecord.simulated(of: trial, load_s: load_s, failed: [])
      #expect(records.map(\.fault.at_s) == [2, 4, 5])
      #expect(records.map(\.outcome) == [struck > 0 ? .done : .omitted, .omitted, struck > 1 ? .done : .omitted])
      #expect(records[0].effective_ns == (struck > 0 ? 2_000_000_000 : nil))
      #expect(records[1].remark == (struck > 0 ? "simulated queries do not pass redis" : "past the end of the load"))
      #expect(records[2].remark == (struck > 1 ? "" : "past the end of the load"))
    }
    let records = FaultRecord.simulated(of: trial, load_s: 6, failed: [1])
    #expect(records.map(\.outcome) == [.done, .omitted, .failed])
    #expect(
      FaultRecord.reasons(records) == ["the fault slow worker/2 by a factor of 2 at 5 s did not happen: it has ended"])
  }

  @Test("prints the same bytes on every machine: its golden digest")
  func golden() throws {
    var text = ""
    for var trial in try Self.sweep(["redundancy_modes": #"["equal", "coded"]"#, "background_traffic": "[2]"]).trials {
      // A key of the experiment that is added later draws another load; what is simulated of a load stays.
      trial.seed = 1
      let (simulated, place) = try Self.simulated(trial)
      let outcome = try Simulation.run(simulated)
      let measures = SimulatedMeasures(outcome, mode: trial.mode, network: simulated.network)
      text += Report.text(Summary(place, measures, outcome, codes: simulated.codes))
    }
    let digest = try SHA256.hex(Array(text.utf8))
    #expect(digest == "5694fd2a3bcdd453a8a7dda19716dbb1f0d0facea034baf125a2dd51f41574f7", "\(text)")
  }

  @Test("has the payload's real sizes, the catalogue's service times, and the second tenant's numbers")
  func models() throws {
    let images = try Self.simulated(
      Self.sweep([
        "model": #""resnet18""#, "service_time": nil, "redundancy_modes": #"["cheap"]"#, "batch_sizes": "[2]",
      ])
      .trials[0]
    ).trial
    #expect(images.payload.parityInput_bytes == 602_112 && images.payload.output_bytes == 4000)
    #expect(images.payload.inputs_bytes.count == images.load.samples && images.load.samples > 4)
    #expect(images.payload.inputs_bytes.allSatisfy { $0 > 1000 })
    #expect(images.serviceTimes[.base]?.time == ServiceTime(kind: .lognormal, median_ms: 72, sigma: 0.05))
    #expect(images.serviceTimes[.approximate]?.time.median_ms == 16)
    let tenants = try Self.simulated(
      Self.sweep([
        "model": #""resnet18""#, "service_time": nil, "num_models": "12", "batch_sizes": "[2]",
        "background_traffic": #"["clipper"]"#,
      ]).trials[0],
      settings: SimulationSettings(networkDelay_ms: 0.05, link_mbit_per_s: 1250, isMeasured: false, hosts: 18)
    ).trial
    // 12/9 + 0.5 is 1.83.
    guard case .tenant(2, hosts: 18, rate_per_s: 16, let service) = tenants.background else {
      Issue.record("\(tenants.background)")
      return
    }
    // The trial's batches hold two queries, the tenant's one.
    #expect(tenants.serviceTimes[.base]?.time.median_ms == 72 && service.time.median_ms == 36)
  }

  @Test("of a model that was never measured is refused, with what to give")
  func unknownModel() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Sample.torchScript, to: "m.pt")
    let trial = try Self.sweep([
      "model": "\"\(file)\"", "service_time": nil, "redundancy_modes": #"["none"]"#,
      "payload": #"{"kind": "floats", "count": 4}"#,
    ]).trials[0]
    let failure = #expect(throws: Failure.self) { try Self.simulated(trial) }
    #expect(failure?.exitCode == .config && failure?.description.contains("--service-times") == true)
  }
}
