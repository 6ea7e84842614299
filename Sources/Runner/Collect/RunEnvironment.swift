import CloudUtil
import Foundation

/// What a trial runs on and with, as far as it decides what is measured: part of the fingerprint and of the summary.
struct RunEnvironment: Codable, Equatable, Sendable {
  /// How components are started: `process`.
  var engine: String
  var cpu: String
  var cores: Int
  /// SHA-256 of each model file, by the name the experiment gives it.
  var models: [String: String]
  /// `cpu` or `gpu`.
  var device: String

  /// This machine, with the files of the models by name.
  init(models files: [String: URL], engine: String = "process") throws {
    self.engine = engine
    cpu = RunEnvironment.cpuModel
    cores = ProcessInfo.processInfo.activeProcessorCount
    device = "cpu"
    models = try files.mapValues { file in
      guard let data = try? Data(contentsOf: file, options: .mappedIfSafe) else {
        throw Failure(exitCode: .config, "cannot read the model \(file.path)")
      }
      return try SHA256.hex([UInt8](data))
    }
  }

  /// The model name of the first core in `/proc/cpuinfo`.
  private static var cpuModel: String {
    let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
  }
}
