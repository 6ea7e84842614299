import CloudUtil
import Foundation

/// The files of an experiment that lie with the operator and are needed on the frontend's host, each at its path below a
/// folder there: relative paths in the experiment mean the same.
struct OperatorFiles: Equatable, Sendable {
  /// Absolute paths of files, the experiment's own first.
  var paths: [String]
  /// Of the experiment.
  var experiment: String
  var currentFolder: String
  /// Built models that the sweep uses and that are here, by their names in the cache.
  var models: [String]
}

extension OperatorFiles {
  /// - Throws: `Failure` (config) if a file that the experiment names cannot be used.
  init(_ invocation: Invocation, currentFolder: String = FileManager.default.currentDirectoryPath) throws {
    let (installation, locator) = (invocation.installation, invocation.file.locator)
    let given = invocation.file.path
    let experiment = ((given.hasPrefix("/") ? given : "\(currentFolder)/\(given)") as NSString).standardizingPath
    var files: Set<String> = []
    for trial in invocation.sweep.trials {
      files.formUnion(try TrialAssets(trial, installation: installation, locator: locator).files)
    }
    // Those of the source tree are there, and models that are built have a place of their own.
    let models = files.filter { $0.hasPrefix(installation.builtModels + "/") }
      .map { String($0.dropFirst(installation.builtModels.count + 1)) }
      .filter { FileManager.default.fileExists(atPath: "\(installation.builtModels)/\($0)") }.sorted()
    let others = files.filter { file in
      ![installation.root, installation.builtModels].contains { file.hasPrefix($0 + "/") } && file != experiment
    }
    self.init(
      paths: [experiment] + others.flatMap(Self.files).sorted(), experiment: experiment, currentFolder: currentFolder,
      models: models)
  }

  /// The file at `path`, or all that are in the folder there.
  private static func files(at path: String) -> [String] {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else { return [path] }
    return names.map { "\(path)/\($0)" }.filter { file in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) && !isFolder.boolValue
    }
  }
}
