import Foundation

/// The file that describes an experiment.
struct ExperimentFile: Equatable, Sendable {
  /// As the user gave it.
  var path: String

  /// An experiment lists a few numbers; a file beyond this is something else.
  private static let maximumBytes = 1 << 20

  var locator: FileLocator { FileLocator(experiment: path) }

  /// Reads the experiment, with `overrides` in place of its own values.
  /// - Throws: `InvalidExperiment` with everything that is wrong: the file, its JSON, its keys, the files it names.
  func load(overrides: [Override] = [], place: ExperimentReader.Place) throws(InvalidExperiment) -> Experiment {
    let root: JSONNode
    do {
      root = try JSONParser.parse(try bytes(), source: path)
    } catch let error as JSONParser.SyntaxError {
      throw InvalidExperiment(
        problems: [Problem(origin: error.origin, keyPath: error.keyPath, message: error.message)])
    } catch {
      throw InvalidExperiment(
        problems: [Problem(origin: Origin(source: path), keyPath: "", message: "\(error)")])
    }
    return try ExperimentReader.read(Override.apply(overrides, to: root), place: place, locator: locator)
  }

  /// The text as it stands in the file, for the provenance of a result.
  func bytes() throws(FileCheck.Unusable) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileCheck.Unusable(
        description: "no such file; give the path of an experiment, such as run/config/simple.json")
    }
    guard !isFolder.boolValue else { throw FileCheck.Unusable(description: "a folder; give the path of an experiment") }
    // At the end of an empty file there is no data, which is no error.
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: Self.maximumBytes + 1) ?? Data()
    else { throw FileCheck.Unusable(description: "cannot be read (no permission?)") }
    guard data.count <= Self.maximumBytes else {
      throw FileCheck.Unusable(description: "larger than \(Self.maximumBytes) bytes; not an experiment")
    }
    return Array(data)
  }
}
