import CloudUtil
import Foundation
import Testing

@testable import Runner

/// What TorchScript models run on, and whether they can be used; the worker is scripted.
@Suite struct ModelCheckTests {
  private let installation: Installation

  init() throws {
    installation = try Installation(executable: "/nowhere/run_exp", environment: ["RUN_EXP_HOME": Self.root])
  }

  private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path

  private func machinery(_ engine: ScriptedEngine, _ packaging: Packaging) -> Machinery {
    Machinery(
      fleet: Fleet(hosts: [:]), shell: engine, engine: engine, transport: CurlTransport(),
      packaging: packaging, isMeasuringRealtime: false)
  }

  private let images = Packaging.images(ids: ["run_exp-worker:latest": "sha256:1a"])

  private func trials() throws -> [(trial: Trial, assets: TrialAssets)] {
    let locator = FileLocator(experiment: "x.json")
    return [(.sample(), try TrialAssets(.sample(), installation: installation, locator: locator))]
  }

  /// What `ModelCheck.device` found, and what it said.
  private func device(_ engine: ScriptedEngine, _ packaging: Packaging) async throws -> (String, said: String) {
    let said = Lines()
    let progress = Progress(isTerminal: false) { said.text += $0 }
    var check = ModelCheck(machinery: machinery(engine, packaging), experiment: "ParM", progress: progress)
    return (try await check.device(of: try trials()), said.text)
  }

  private final class Lines { var text = "" }

  @Test("On a host without GPUs models run on the CPU, and none is loaded to find that out")
  func withoutGPU() async throws {
    let engine = ScriptedEngine(hasGPU: false) { _ in .ended(1) }
    #expect(try await device(engine, images) == ("cpu", ""))
    #expect(engine.asked.isEmpty)
  }

  @Test("On a host with a GPU, what the worker in its image says decides", arguments: ["gpu", "cpu"])
  func withGPU(_ found: String) async throws {
    let engine = ScriptedEngine(hasGPU: true) { _ in .ended(0, "outputs=10 batches=yes device=\(found)\n") }
    #expect(try await device(engine, images) == (found, ""))
    let model = "\(installation.shippedModels)/digits.pt"
    #expect(
      engine.asked == [
        .init(
          command: "/opt/run_exp/bin/worker --check --model \(model) --input floats:1x8x8", image: "sha256:1a",
          mounts: [model], usesGPU: true)
      ])
  }

  @Test("A GPU that containers cannot use is told, and models run on the CPU")
  func withoutToolkit() async throws {
    let engine = ScriptedEngine(hasGPU: true) { _ in
      .ended(
        125, stderr: "docker: Error response from daemon: could not select device driver with capabilities: [[gpu]].")
    }
    let (device, said) = try await device(engine, images)
    #expect(device == "cpu")
    #expect(
      said.contains("WARNING: this host has a GPU that containers cannot use: ") && said.contains("device driver"))
  }

  @Test("A model that the worker refuses is an error of the experiment, one that cannot be tried one of the machine")
  func refused() async throws {
    for (status, exitCode) in [(65 as Int32, ExitCode.config), (69, .infrastructure)] {
      let engine = ScriptedEngine(hasGPU: true) { _ in .ended(status, stderr: "worker/0: model x.pt: no\n") }
      await #expect(throws: Failure(exitCode: exitCode, "model x.pt: no")) {
        try await device(engine, .programs(folder: "/bin"))
      }
    }
  }
}
