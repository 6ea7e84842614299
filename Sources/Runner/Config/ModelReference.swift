import Foundation
import Wire

/// A model as an experiment names it.
enum ModelReference {
  /// Whether this is meant as the path of a file rather than the name of a built-in model.
  static func isPath(_ name: String) -> Bool { name.hasSuffix(".pt") || name.contains("/") }

  /// `name` with the trial's k and the number of the parity in place of `{k}` and `{r}`.
  static func filled(_ name: String, k: Int, parity: Int) -> String {
    name.replacingOccurrences(of: "{k}", with: String(k)).replacingOccurrences(of: "{r}", with: String(parity))
  }

  /// Where the model's file is, or is to be built; nil for a model that has none.
  /// - Throws: `Failure` (config) if it is neither a built-in model nor a file that is there.
  static func file(
    of name: String, installation: Installation, locator: FileLocator
  ) throws -> String? {
    if let builtIn = ModelCatalogue.model(named: name) {
      switch builtIn.source {
      case .shipped(let file): return "\(installation.shippedModels)/\(file)"
      case .built(let file, _): return "\(installation.builtModels)/\(file)"
      case .within: return nil
      }
    }
    do throws(FileCheck.Unusable) {
      return try FileCheck(locator: locator).model(name)
    } catch {
      throw Failure(exitCode: .config, "model \(name): \(error)")
    }
  }
}

extension BuiltInModel {
  /// Whether it can be fed with what another takes.
  func takes(_ other: Input) -> Bool {
    switch (input, other) {
    case (.any, _), (_, .any): true
    case (.image, .image): true
    case (.floats(let own), .floats(let others)): own.reduce(1, *) == others.reduce(1, *)
    case (.image, .floats), (.floats, .image): false
    }
  }
}

extension Payload {
  /// What it feeds to a model.
  var input: BuiltInModel.Input {
    switch self {
    case .images: .image
    case .digits: .floats(shape: [1, 8, 8])
    case .floats(let count): .floats(shape: [count])
    }
  }

  /// float32 values in one input, as a model sees it.
  var inputCount: Int { shape.reduce(1, *) }

  /// The shape of one input, as a model sees it.
  var shape: [Int] {
    switch input {
    case .image, .any: InputForm.images.shape
    case .floats(let shape): shape
    }
  }
}
