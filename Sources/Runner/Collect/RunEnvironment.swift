import CloudUtil
import Foundation

/// What a trial runs on and with, as far as it decides what is measured: part of the fingerprint and of the summary.
struct RunEnvironment: Codable, Equatable, Sendable {
  /// How components are kept: `process` or `docker`.
  var engine: String
  /// `--limits`, as given.
  var limits: [String]
  var cpu: String
  var cores: Int
  /// SHA-256 of each model file, by the name the experiment gives it.
  var models: [String: String]
  /// SHA-256 of what else the experiment reads (a trace, service times, a folder of images), by its name there.
  var inputs: [String: String]
  /// Of frontend and clients: `fifo` (before every ordinary process, where that is allowed) or `niceness 0`.
  var measuring_scheduling: String
  /// What TorchScript models run on: `cpu` or `gpu`.
  var device: String
  /// Of a simulated trial alone.
  var simulation: SimulationSettings?
  /// The rate of each worker's link, where containers of one machine play hosts; absent where they have the host's.
  var link_mbit: Double?
  /// Hosts that network shuffles go between, those without a worker included; absent without shuffles.
  var shuffle_hosts: Int?

  /// This machine.
  init(
    models: [String: String], inputs: [String: String] = [:], measuringScheduling: String = "niceness 0",
    engine: String = "process", limits: [String] = [], device: String = "cpu",
    link_mbit: Double? = nil, shuffle_hosts: Int? = nil
  ) {
    self.link_mbit = link_mbit
    self.shuffle_hosts = shuffle_hosts
    self.limits = limits
    self.engine = engine
    self.models = models
    self.inputs = inputs
    measuring_scheduling = measuringScheduling
    cpu = RunEnvironment.cpuModel
    cores = ProcessInfo.processInfo.activeProcessorCount
    self.device = device
  }

  /// Virtual time: the same on every machine.
  init(_ simulation: SimulationSettings, inputs: [String: String]) {
    (engine, limits, cpu, cores, models) = ("simulation", [], "none", 0, [:])
    (measuring_scheduling, device) = ("none", "none")
    self.inputs = inputs
    self.simulation = simulation
  }

  /// The model name of the first core in `/proc/cpuinfo`.
  private static var cpuModel: String {
    let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
  }
}

/// The digests of an experiment's files, each computed once however many trials use it.
struct FileDigests {
  private var known: [String: String] = [:]

  init() {}

  /// Those of `files`, and of others when they are asked for.
  /// - Throws: as `digest`.
  init(of files: some Sequence<String>) throws {
    for file in files { _ = try digest(of: file) }
  }

  /// SHA-256 of the file, in hexadecimal; of a folder, that of its files' names and digests, by name.
  /// - Throws: `Failure` (config) if it cannot be read.
  mutating func digest(of path: String) throws -> String {
    if let digest = known[path] { return digest }
    let content: [UInt8]
    if let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
      content = Array(
        try names.sorted().map { "\($0) \(try self.digest(of: "\(path)/\($0)"))\n" }.joined().utf8)
    } else if let data = FileManager.default.contents(atPath: path) {
      content = [UInt8](data)
    } else {
      throw Failure(exitCode: .config, "cannot read \(path)")
    }
    let digest = try SHA256.hex(content)
    known[path] = digest
    return digest
  }
}
