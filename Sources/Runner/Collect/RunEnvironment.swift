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

  /// This machine.
  init(models: [String: String], engine: String = "process") {
    self.engine = engine
    self.models = models
    cpu = RunEnvironment.cpuModel
    cores = ProcessInfo.processInfo.activeProcessorCount
    device = "cpu"
  }

  /// The model name of the first core in `/proc/cpuinfo`.
  private static var cpuModel: String {
    let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
  }
}

/// The digests of model files, each computed once however many trials use it.
struct ModelDigests {
  private var known: [String: String] = [:]

  /// SHA-256 of the file, in hexadecimal.
  /// - Throws: `Failure` (config) if it cannot be read.
  mutating func digest(of path: String) throws -> String {
    if let digest = known[path] { return digest }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(exitCode: .config, "cannot read the model \(path)")
    }
    let digest = try SHA256.hex([UInt8](data))
    known[path] = digest
    return digest
  }
}
