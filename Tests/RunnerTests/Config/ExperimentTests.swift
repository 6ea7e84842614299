import Foundation
import Serving
import Testing

@testable import Runner

@Suite("Experiments")
struct ExperimentTests {
  @Test("of the original need no change, and their defaults are the original's")
  func original() throws {
    let experiment = try Sample.experiment()
    #expect(experiment.experimentID == "ParM")
    #expect(experiment.queueModes == [.singleQueue])
    #expect(experiment.redundancyModes == [.equal, .coded])
    #expect(experiment.seed == 1)
    #expect(experiment.warmupBatches == 204)
    #expect(experiment.arrivals == .poisson)
    #expect(experiment.payload == .images(folder: nil))
    #expect(experiment.slo_ms == 100_000)
    #expect(experiment.maxInFlight == 10_000)
    #expect(experiment.serviceTime == nil)
    #expect(experiment.parityModel(k: 2, parity: 0) == "resnet18_parity")
    #expect(experiment.approximateModel == "mobilenet_v2")
  }

  @Test(
    "with the second tenant, several k, cheap or larger batches can be read",
    arguments: [
      ["background_traffic": #"["clipper"]"#], ["ec_k_val": "[2, 3, 4]", "num_models": "12"],
      ["redundancy_modes": #"["coded", "cheap"]"#], ["batch_sizes": "[4]"], ["background_traffic": "[2, 3, 4, 5]"],
      ["model": #""resnet152""#],
    ] as [[String: String?]])
  func originalVariants(changes: [String: String?]) throws {
    _ = try Sample.experiment(changes, place: .anywhere)
  }

  @Test("take every optional key")
  func optionalKeys() throws {
    let experiment = try Sample.experiment([
      "model": #""synthetic""#, "system": #""parm""#, "seed": "9007199254740993", "warmup_batches": "0",
      "encoder": #""sum""#, "parities": "1", "arrivals": #"{"kind": "uniform"}"#,
      "payload": #"{"kind": "floats", "count": 8}"#, "batch_timeout_ms": "2.5", "slo_ms": "500",
      "max_in_flight": "7", "service_time": #"{"kind": "exponential", "median_ms": 10}"#,
      "faults": #"[{"at_s": 1.5, "action": "delay", "target": "random", "delay_ms": 20}]"#,
      "slowdowns": #"[{"workers": [0, 2], "probability": 0.5, "factor": 10}, {"probability": 0, "added_ms": 1}]"#,
    ])
    #expect(experiment.seed == 9_007_199_254_740_993)
    #expect(experiment.warmupBatches == 0)
    #expect(experiment.arrivals == .uniform)
    #expect(experiment.payload == .floats(count: 8))
    #expect(experiment.batchTimeout_ms == 2.5)
    #expect(experiment.maxInFlight == 7)
    #expect(experiment.faults == [Fault(at_s: 1.5, action: .delay, target: .random, delay_ms: 20)])
    #expect(experiment.serviceTime == ServiceTime(kind: .exponential, median_ms: 10, sigma: 0.05, file: nil))
    #expect(
      experiment.slowdowns == [
        Slowdown(workers: [0, 2], probability: 0.5, added_ms: nil, factor: 10),
        Slowdown(workers: nil, probability: 0, added_ms: 1, factor: nil),
      ])
  }

  @Test("take null for an optional key's default")
  func null() throws {
    let plain = try Sample.experiment()
    let keys = ExperimentKey.names.drop { $0 != "system" }
    let nulls = try Sample.experiment(Dictionary(uniqueKeysWithValues: keys.map { ($0, "null") }))
    #expect(plain == nulls)
  }

  @Test("name files in the current folder or beside themselves")
  func files() throws {
    let folder = try TemporaryFolder()
    try folder.write(Sample.torchScript, to: "models/linear.pt")
    try folder.write(Sample.torchScript, to: "models/linear_k2.pt")
    try folder.write((0..<304).map(String.init).joined(separator: "\n"), to: "arrivals.txt")
    let changes: [String: String?] = [
      "model": #""models/linear.pt""#, "parity_model": #""models/linear_k{k}.pt""#,
      "payload": #"{"kind": "floats", "count": 4}"#, "arrivals": #"{"kind": "trace", "file": "arrivals.txt"}"#,
    ]
    let experiment = try Sample.experiment(changes, folder: folder.path)
    #expect(experiment.model == "models/linear.pt")
    #expect(experiment.redundantModels(mode: .coded, k: 2) == ["models/linear_k2.pt"])

    try folder.write((0..<303).map(String.init).joined(separator: "\n"), to: "arrivals.txt")
    let short = try #require(throws: InvalidExperiment.self) { try Sample.experiment(changes, folder: folder.path) }
    #expect(short.description.contains("has 303 arrivals; allowed: at least 304"))

    try folder.write("not a model", to: "models/linear_k2.pt")
    let wrong = try #require(throws: InvalidExperiment.self) { try Sample.experiment(changes, folder: folder.path) }
    #expect(wrong.problems.map(\.keyPath) == ["parity_model"])
    #expect(wrong.description.contains("is not a TorchScript file"))

    try folder.write(String(Sample.torchScript.dropLast(4)), to: "models/linear_k2.pt")
    let cut = try #require(throws: InvalidExperiment.self) { try Sample.experiment(changes, folder: folder.path) }
    #expect(cut.description.contains("linear_k2.pt is cut short"))

    try folder.write(Sample.torchScript.replacing("constants", with: "data"), to: "models/linear_k2.pt")
    let other = try #require(throws: InvalidExperiment.self) { try Sample.experiment(changes, folder: folder.path) }
    #expect(other.description.contains("save the model with torch.jit.script(model).save"))
  }

  @Test("that are a model file must say what to feed it and what its parity model is")
  func modelFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Sample.torchScript, to: "linear.pt")
    let error = try #require(throws: InvalidExperiment.self) {
      try Sample.experiment(["model": #""linear.pt""#], folder: folder.path)
    }
    #expect(Set(error.problems.map(\.keyPath)) == ["parity_model", "payload"])
  }

  @Test("of which results are read need none of their files")
  func past() throws {
    let experiment = try Sample.experiment(
      ["model": #""gone.pt""#, "parity_model": #""gone.pt""#, "payload": #"{"kind": "digits"}"#], place: .past)
    #expect(experiment.model == "gone.pt")
  }
}

/// The folder of this package.
enum Package {
  static let root = (0..<4).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
}
