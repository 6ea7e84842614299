import Foundation

/// Finds the files that an experiment names: a relative path is tried in the current folder, then beside the experiment.
struct FileLocator: Equatable, Sendable {
  /// Absolute, in the order of the search.
  var folders: [String]
  /// Below which absolute paths are tried first: on a host of a cluster the files of the operator lie there.
  var mirror: String?

  /// - Parameters:
  ///   - experiment: the path of the experiment's file, as given.
  ///   - environment: `RUN_EXP_FILES` names the mirror.
  init(
    experiment: String, currentFolder: String = FileManager.default.currentDirectoryPath,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    mirror = environment["RUN_EXP_FILES"].flatMap { $0.isEmpty ? nil : $0 }
    let file = Self.join(currentFolder, experiment)
    let beside = (file as NSString).deletingLastPathComponent
    folders = currentFolder == beside ? [currentFolder] : [currentFolder, beside]
  }

  /// The absolute path of the first that exists; nil if none does.
  func find(_ path: String) -> String? { candidates(path).first { FileManager.default.fileExists(atPath: $0) } }

  /// Every place at which `path` is looked for.
  func candidates(_ path: String) -> [String] {
    guard path.hasPrefix("/") else { return folders.map { Self.join($0, path) } }
    return (mirror.map { [$0 + path] } ?? []) + [path]
  }

  private static func join(_ folder: String, _ path: String) -> String {
    let joined = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    return (joined as NSString).standardizingPath
  }
}
