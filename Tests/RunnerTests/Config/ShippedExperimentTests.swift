import Foundation
import Testing

@testable import Runner

/// Every file of `run/config`, none forgotten.
@Suite("An experiment that ships")
struct ShippedExperimentTests {
  static let folder = "\(Package.root)/run/config"

  /// Paths in the folder, those of its own folders included.
  static let names = (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [])
    .filter { $0.hasSuffix(".json") }.sorted()

  private func invocation(
    _ name: String, _ overrides: [String] = [], place: ExperimentReader.Place,
    environment: ResultPath.Environment = .local
  ) throws -> Invocation {
    try Invocation(
      config: "\(Self.folder)/\(name)", overrides: overrides, place: place, finalDir: "0", environment: environment)
  }

  @Test("is one of these, and no file is anything else")
  func files() {
    #expect(
      Self.names == [
        "fig10.json", "fig11.json", "fig12.json", "fig13.json", "fig9a.json", "fig9b.json", "hello.json",
        "sec6.2.3/batch_size_1.json", "sec6.2.3/batch_size_2.json", "sec6.2.3/batch_size_4.json", "simple.json",
        "stragglers.json",
      ])
  }

  @Test("can be planned as it is, here and in the cloud", arguments: names)
  func plans(name: String) throws {
    let here = try invocation(name, place: .anywhere)
    let local = PlanText(sweep: here.sweep, results: here.results, locator: here.file.locator, cores: 2)
    #expect(local.text.contains("\(here.sweep.trials.count) trials of \(here.experiment.model)"))
    #expect(local.record.trials.count == here.sweep.trials.count)

    let there = try invocation(name, place: .anywhere, environment: .cluster)
    var plan = PlanText(sweep: there.sweep, results: there.results, locator: there.file.locator)
    plan.cloud = try CloudPlan(there, at: ClusterFile.path(option: nil, installation: there.installation))
    #expect(plan.text.contains("machines in"))
    let folders = there.sweep.trials.map(there.folder)
    #expect(Set(folders).count == folders.count, "trials share a folder")
  }

  @Test("runs on this machine on a model that sleeps, once its background traffic is off", arguments: names)
  func synthetic(name: String) throws {
    let model = #"model="synthetic""#
    _ = try invocation(name, [model], place: .anywhere)
    let run = try invocation(name, [model, "background_traffic=[0]"], place: .local)
    #expect(run.sweep.trials.allSatisfy { $0.serviceTime != nil })
    #expect(run.sweep.trials.allSatisfy { OfferedLoad($0).cores == 0 }, "it needs cores")
  }

  @Test(
    "has as many trials, instances and queries/s as the figure that it makes",
    arguments: [
      ("simple.json", 2, 2, 3, 3), ("fig9a.json", 54, 12, 150, 390), ("fig9b.json", 36, 24, 120, 240),
      ("fig10.json", 18, 12, 270, 270), ("fig11.json", 24, 12, 270, 270), ("fig12.json", 54, 12, 150, 390),
      ("fig13.json", 54, 12, 150, 390), ("sec6.2.3/batch_size_1.json", 6, 12, 300, 300),
      ("sec6.2.3/batch_size_2.json", 6, 12, 300, 300), ("sec6.2.3/batch_size_4.json", 6, 12, 300, 300),
    ] as [(String, Int, Int, Double, Double)])
  func figures(name: String, trials: Int, models: Int, lowest: Double, highest: Double) throws {
    let experiment = try ExperimentFile(path: "\(Self.folder)/\(name)").load(place: .anywhere)
    #expect(Sweep(experiment).trials.count == trials)
    #expect(experiment.numModels == models)
    #expect(experiment.sendRates.min() == lowest && experiment.sendRates.max() == highest)
    #expect(experiment.experimentID == "ParM")
  }

  @Test("varies what its figure is about, and nothing else")
  func varied() throws {
    func experiment(_ name: String) throws -> Experiment {
      try ExperimentFile(path: "\(Self.folder)/\(name).json").load(place: .anywhere)
    }
    let base = try experiment("fig9a")
    var changed = base
    changed.backgroundTraffic = [.clipper]
    #expect(try experiment("fig12") == changed)
    changed = base
    changed.redundancyModes = [.coded, .cheap]
    #expect(try experiment("fig13") == changed)
    changed = base
    changed.sendRates = [270]
    changed.kValues = [2, 3, 4]
    #expect(try experiment("fig10") == changed)
    changed.kValues = [2]
    changed.backgroundTraffic = [2, 3, 4, 5].map { .shuffles($0) }
    #expect(try experiment("fig11") == changed)
    for batch in [1, 2, 4] {
      changed = base
      changed.sendRates = [300]
      changed.batchSizes = [batch]
      #expect(try experiment("sec6.2.3/batch_size_\(batch)") == changed)
    }
    changed = base
    changed.workerType = "c5.xlarge"
    changed.numModels = 24
    changed.sendRates = [120, 144, 168, 192, 216, 240]
    #expect(try experiment("fig9b") == changed)
  }
}
