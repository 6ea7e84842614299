import Foundation
import Serving
import Wire

/// What a trial's processes are given of the models, inputs and payload: their arguments, with files as absolute paths.
struct TrialAssets: Equatable, Sendable {
  /// `--model` of the workers by the model's name in the trial: a file, or the name of a model that has none.
  var models: [String: String]
  /// `--input` of frontend and workers.
  var input: InputForm
  /// `--payload` of the clients.
  var payload: String
  /// `--arrivals` of the clients.
  var arrivals: String
  /// Files and folders of this machine that arguments name; components read them.
  var files: [String]
  /// From the start of the schedule to its last query: what is expected, or what a trace says.
  var duration: Duration
  /// `--service-time` and `--slowdowns` of the workers, as JSON; nil where there are none.
  var serviceTime: String?
  var slowdowns: String?

  /// - Throws: `Failure` if a model is neither built in nor a file.
  init(_ trial: Trial, installation: Installation, locator: FileLocator) throws {
    models = try Dictionary(
      uniqueKeysWithValues: Set([trial.model] + trial.redundantModels).map { name in
        (name, try ModelReference.file(of: name, installation: installation, locator: locator) ?? name)
      })
    switch (trial.payload.input, ModelCatalogue.model(named: trial.model)?.input) {
    case (_, .floats(let shape)?), (.floats(let shape), _): input = .floats(shape)
    default: input = .images
    }
    var files = models.values.filter { $0.hasPrefix("/") }.sorted()
    switch trial.payload {
    case .images(let folder):
      let path = folder.flatMap(locator.find) ?? installation.images
      payload = "images:" + path
      files.append(path)
    case .digits:
      payload = "digits:" + installation.digits
      files.append(installation.digits)
    case .floats(let count): payload = "floats:\(count)"
    }
    if case .trace(let file) = trial.arrivals {
      let seconds = try FileCheck(locator: locator).numbers(file, upTo: NumberLines.maximumTrace_s)
      let path = locator.find(file) ?? file
      arrivals = "trace:" + path
      files.append(path)
      duration = .seconds(seconds.prefix(trial.totalQueries).last ?? 0)
    } else {
      arrivals = trial.arrivals.text
      duration = .seconds(Double(trial.totalQueries) / trial.rate)
    }
    var time = trial.serviceTime
    if let file = time?.file {
      let path = locator.find(file) ?? file
      time?.file = path
      files.append(path)
    }
    serviceTime = try time.map { try TrialAssets.json($0) }
    self.files = Set(files).sorted()
    slowdowns = trial.slowdowns.isEmpty ? nil : try TrialAssets.json(trial.slowdowns)
  }

  /// The file of the model that the trial calls `name`; nil if it is no TorchScript.
  func torchScript(_ name: String) -> String? {
    guard let file = models[name], ModelReference.isPath(file) else { return nil }
    return file
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
