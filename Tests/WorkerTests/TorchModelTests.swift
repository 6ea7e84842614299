import Foundation
import NIOCore
import Testing
import Wire

@testable import Worker

@Suite(.enabled(if: Torch.isThere || isAllRequired, "needs python3-torch and libTorchRuntime.so"))
struct TorchModelTests {
  @Test("A linear model gives F(x) = W x + b, for batches of any size in any order")
  func linear() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("linear.pt").path
      try Torch.write(
        """
        layer = torch.nn.Linear(6, 3)
        with torch.no_grad():
            layer.weight.copy_(torch.arange(18, dtype=torch.float32).view(3, 6) / 10)
            layer.bias.copy_(torch.tensor([1.0, -2.0, 0.5]))
        model = torch.nn.Sequential(torch.nn.Flatten(), layer)
        """, to: path)
      let frontend = try FakeFrontend()
      let worker = try WorkerProcess(dialling: frontend.port, model: path)
      let link = try frontend.welcome()
      for batch in [1, 4, 2, 3, 1, 4] {
        let inputs = (0..<batch).map { item in (0..<6).map { Float($0 * (item + 1)) - 2.5 } }
        let results = try link.run(batch, .floats, inputs.map { ByteBuffer(floats: $0) })
        try #require(results.count == batch)
        for (input, result) in zip(inputs, results) {
          guard case .output(let output) = result else {
            Issue.record("\(result)")
            continue
          }
          #expect(output.floats.count == 3)
          for (found, expected) in zip(output.floats, linearOutput(input)) {
            #expect(abs(found - expected) < 1e-4, "batch of \(batch)")
          }
        }
      }
      withExtendedLifetime(worker) {}
    }
  }

  private func linearOutput(_ input: [Float]) -> [Float] {
    zip(0..<3, [1, -2, 0.5] as [Float]).map { row, bias in
      bias + zip(0..<6, input).reduce(0) { $0 + Float(row * 6 + $1.0) / 10 * $1.1 }
    }
  }

  @Test("Convolution, normalisation and pooling give what PyTorch gives, optimised, for batches of any size")
  func convolution() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("convolution.pt").path
      try Torch.write(
        """
        torch.manual_seed(5)
        model = torch.nn.Sequential(
            torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Dropout(), torch.nn.Flatten(), torch.nn.Linear(64, 10))
        model[1].running_mean.uniform_()
        model.eval()
        with torch.no_grad():
            inputs = torch.arange(64, dtype=torch.float32).view(1, 1, 8, 8) / 64
            torch.cat([model(inputs * scale) for scale in (1, 2, 3)]).numpy().tofile(sys.argv[1] + ".f32")
        """, to: path)
      let expected = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: path + ".f32"))).floats
      var model = try TorchModel(path: path, shape: [1, 8, 8], threads: 1)
      let inputs = [1, 2, 3].map { scale in ByteBuffer(floats: (0..<64).map { Float($0 * scale) / 64 }) }
      let together = try model.infer(inputs).flatMap { $0.floats }
      let apart = try inputs.flatMap { try model.infer([$0])[0].floats }
      for found in [together, apart] {
        try #require(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  @Test("A model that takes or returns something else is refused with its reason")
  func misfits() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("misfit.pt").path
      let folded = "class Model(torch.nn.Module):\n    def forward(self, x):\n        return "
      let misfits = [
        "model = torch.nn.Linear(5, 3)": "shapes cannot be multiplied",
        folded + "(x, x)\nmodel = Model()": "one tensor",
        folded + "x.sum()\nmodel = Model()": "1 outputs for 1 inputs",
        folded + "torch.cat([x, x])\nmodel = Model()": "2 outputs for 1 inputs",
      ]
      for (text, reason) in misfits {
        try Torch.write(text, to: path)
        do throws(StartFailure) {
          _ = try TorchModel(path: path, shape: [6], threads: 1)
          Issue.record("loaded: \(text)")
        } catch {
          #expect(error.exitCode == 65 && error.description.contains(reason), "\(error)")
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  @Test("A model that takes only one input at once is given a batch one by one")
  func oneByOne() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("single.pt").path
      try Torch.write(
        "class Model(torch.nn.Module):\n    def forward(self, x):\n        return x.view(1, 3) * 2\nmodel = Model()",
        to: path)
      var model = try TorchModel(path: path, shape: [3], threads: 1)
      let inputs = [[1, 2, 3], [4, 5, 6]] as [[Float]]
      #expect(
        try model.infer(inputs.map { ByteBuffer(floats: $0) }).map { $0.floats } == [[2, 4, 6], [8, 10, 12]])
    }
  }

  @Test("A clamp that libtorch's optimiser gets wrong for 3 channels is computed as PyTorch does without it")
  func brokenOptimiser() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("clamped.pt").path
      try Torch.write(
        """
        torch.manual_seed(1)
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 1), torch.nn.ReLU6(), torch.nn.Flatten()).eval()
        with torch.no_grad():
            for parameter in model.parameters(): parameter.mul_(8)
            inputs = (torch.arange(192, dtype=torch.float32).view(1, 3, 8, 8) * 0.37) % 4 - 2
            model(inputs).numpy().tofile(sys.argv[1] + ".f32")
        """, to: path)
      let expected = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: path + ".f32"))).floats
      var model = try TorchModel(path: path, shape: [3, 8, 8], threads: 1)
      let input = ByteBuffer(floats: (0..<192).map { (Float($0) * 0.37).truncatingRemainder(dividingBy: 4) - 2 })
      let found = try model.infer([input])[0].floats
      try #require(found.count == expected.count)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 })
    }
  }

  @Test("A model that fails on a batch says so for each input, and works on")
  func failure() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("fails.pt").path
      try Torch.write(
        """
        class Model(torch.nn.Module):
            def forward(self, x):
                if bool((x > 100).any()):
                    raise ValueError("too much")
                return x
        model = Model()
        """, to: path)
      var model = try TorchModel(path: path, shape: [1], threads: 1)
      #expect(throws: ModelFailure.self) { try model.infer([ByteBuffer(floats: [1]), ByteBuffer(floats: [101])]) }
      #expect(try model.infer([ByteBuffer(floats: [2])]) == [ByteBuffer(floats: [2])])
    }
  }

  @Test("A model file that is missing or garbage ends the worker with 65 and one line")
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let garbage = folder.appendingPathComponent("garbage.pt")
      try Data((0..<1000).map { UInt8($0 * 37 & 255) }).write(to: garbage)
      for path in [garbage.path, folder.appendingPathComponent("missing.pt").path] {
        let worker = try WorkerProcess(dialling: 9, model: path)
        #expect(worker.exitCode() == 65)
        let lines = worker.errorLines()
        #expect(lines.count == 1 && lines[0].contains(path), "\(lines)")
      }
    }
  }
}

/// Writes TorchScript models with the system's Python.
enum Torch {
  static let isThere: Bool = {
    let runtime = WorkerProcess.products.appendingPathComponent("libTorchRuntime.so").path
    guard FileManager.default.isReadableFile(atPath: runtime) else { return false }
    do {
      try python("-c", "import torch")
      return true
    } catch { return false }
  }()

  /// Runs `script`, which makes a `model`, and saves it at `path`.
  static func write(_ script: String, to path: String) throws {
    // Methods are compiled from their source, which has to be in a file.
    let file = path + ".py"
    let text = "import sys\nimport torch\n\(script)\ntorch.jit.script(model.eval()).save(sys.argv[1])\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    try python(file, path)
  }

  private static func python(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FakeFrontend.Failure(what: "python") }
  }
}
