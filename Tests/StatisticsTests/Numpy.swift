import Foundation

/// numpy, as the judge of our percentiles: a python3 that has it.
struct Numpy {
  private let python: String

  /// The first of the machine's python3 that imports numpy.
  static let found: Numpy? = ["/usr/bin/python3", "/usr/local/bin/python3", "/usr/bin/env"].lazy
    .map(Numpy.init(python:)).first { (try? $0.run("import numpy", [])) != nil }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// For each array, its median, its mean and the given percentiles.
  func statistics(of arrays: [[Double]], percentiles: [Double]) throws -> [[Double]] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("numpy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))

    var flat: [Double] = []
    for array in arrays { flat += [Double(array.count)] + array }
    try flat.withUnsafeBytes { Data($0) }.write(to: input)
    try run(
      """
      import sys, numpy as np
      data = np.fromfile(sys.argv[1]); ps = [float(p) for p in sys.argv[3:]]
      at, out = 0, []
      while at < len(data):
          n = int(data[at]); x = data[at + 1 : at + 1 + n]; at += 1 + n
          out += [np.median(x), np.mean(x)] + [np.percentile(x, p) for p in ps]
      np.array(out, dtype=np.float64).tofile(sys.argv[2])
      """, [input.path, output.path] + percentiles.map { String($0) })

    let bytes = try Data(contentsOf: output)
    var values = [Double](repeating: 0, count: bytes.count / 8)
    _ = values.withUnsafeMutableBytes { bytes.copyBytes(to: $0) }
    let width = percentiles.count + 2
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  private func run(_ script: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = (python.hasSuffix("env") ? ["python3"] : []) + ["-c", script] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(python) exited with \(process.terminationStatus)")
    }
  }
}
