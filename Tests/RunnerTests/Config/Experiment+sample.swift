import Foundation

@testable import Runner

/// An experiment's JSON that is right, from which tests make others.
enum Sample {
  /// As much of a TorchScript file as can be told without libtorch: a zip archive with its constants.
  static let torchScript = "PK\u{3}\u{4}... model/constants.pkl PK\u{5}\u{6}"

  static let keys: [(String, String)] = [
    ("experiment_id", #""ParM""#), ("frontend_type", #""c5.9xlarge""#), ("worker_type", #""c5.xlarge""#),
    ("client_type", #""m5.xlarge""#), ("model", #""resnet18""#), ("s3_path", #""""#),
    ("queue_modes", #"["single_queue"]"#), ("redundancy_modes", #"["equal", "coded"]"#), ("num_models", "2"),
    ("ec_k_val", "[2]"), ("batch_sizes", "[1]"), ("send_rates", "[3]"), ("num_clients", "1"),
    ("num_queries", "100"), ("num_trials", "1"), ("background_traffic", "[0]"),
  ]

  /// The sample with values changed or added; nil leaves the key out.
  static func text(_ changes: [String: String?] = [:]) -> String {
    let known = keys.compactMap { key, value in
      changes.keys.contains(key) ? changes[key].flatMap { $0 }.map { (key, $0) } : (key, value)
    }
    let added = changes.filter { change in !keys.contains { $0.0 == change.key } }.sorted { $0.key < $1.key }
      .compactMap { key, value in value.map { (key, $0) } }
    return "{" + (known + added).map { "\"\($0)\": \($1)" }.joined(separator: ",\n ") + "}"
  }

  static func experiment(
    _ changes: [String: String?] = [:], place: ExperimentReader.Place = .local, folder: String = "/nowhere"
  ) throws -> Experiment {
    try read(text(changes), place: place, folder: folder)
  }

  static func read(
    _ text: String, place: ExperimentReader.Place = .local, folder: String = "/nowhere"
  ) throws -> Experiment {
    let root = try JSONParser.parse(Array(text.utf8), source: "x.json")
    let locator = FileLocator(experiment: "\(folder)/x.json", currentFolder: "/nowhere")
    return try ExperimentReader.read(root, place: place, locator: locator)
  }
}

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = "\(FileManager.default.temporaryDirectory.path)/run_exp-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return file
  }
}
