import Foundation

/// Finds the files that an experiment names: a relative path is tried in the current folder, then beside the experiment.
struct FileLocator: Equatable, Sendable {
  /// Absolute, in the order of the search.
  var folders: [String]

  /// - Parameter experiment: the path of the experiment's file, as given.
  init(experiment: String, currentFolder: String = FileManager.default.currentDirectoryPath) {
    let file = Self.join(currentFolder, experiment)
    let beside = (file as NSString).deletingLastPathComponent
    folders = currentFolder == beside ? [currentFolder] : [currentFolder, beside]
  }

  /// The absolute path of the first that exists; nil if none does.
  func find(_ path: String) -> String? { candidates(path).first { FileManager.default.fileExists(atPath: $0) } }

  /// Every place at which `path` is looked for.
  func candidates(_ path: String) -> [String] {
    path.hasPrefix("/") ? [path] : folders.map { Self.join($0, path) }
  }

  private static func join(_ folder: String, _ path: String) -> String {
    let joined = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    return (joined as NSString).standardizingPath
  }
}
