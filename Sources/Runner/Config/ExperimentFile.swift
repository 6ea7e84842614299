/// The file that describes an experiment.
struct ExperimentFile: Equatable, Sendable {
  /// As the user gave it.
  var path: String

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
  func bytes() throws(FileCheck.Unusable) -> [UInt8] { try InputFile<Experiment>(path: path).bytes() }
}
