/// The models that an experiment can name without a path.
struct BuiltInModel: Equatable, Sendable {
  /// Where a model's TorchScript file comes from.
  enum Source: Equatable, Sendable {
    /// Ships in `run/models`.
    case shipped(file: String)
    /// Written to the cache by `Scripts/models <name>`.
    case built(file: String, name: String)
    /// No file: the worker has it within.
    case within
  }

  /// One input of the model.
  enum Input: Equatable, Sendable {
    /// JPEG, preprocessed to 3x224x224 float32.
    case image
    /// float32 of this shape, without the batch dimension.
    case floats(shape: [Int])
    /// Whatever the payload gives.
    case any
  }

  var name: String
  var source: Source
  var input: Input
  var defaultPayload: Payload
  /// Of one query on one thread of the reference machine (a 2-core cloud server); nil where an experiment states it.
  var service_ms: Double?
  var parities: ParityModels?
  /// The name of a cheaper model that approximates it.
  var approximate: String?

}

enum ModelCatalogue {
  static let models: [BuiltInModel] = [
    image("resnet18", service_ms: 36, parity: "resnet18_parity"),
    image("resnet152", service_ms: 230, parity: "resnet152_parity"),
    image("mobilenet_v2", file: "mobilenet_v2_025", service_ms: 8, parity: nil),
    digits("digits", service_ms: 0.3, isBase: true),
    within("synthetic", service_ms: nil),
    within("dummy", service_ms: 0),
  ]

  /// The models that stand in for others, which an experiment may name too.
  static let redundantModels: [BuiltInModel] =
    [
      image("resnet18_parity", builtWith: "resnet18", service_ms: 36, parity: nil),
      image("resnet152_parity", builtWith: "resnet152", service_ms: 230, parity: nil),
      digits("digits_cheap", service_ms: 0.15, isBase: false),
    ] + digitsParities.map { digits($0.name, service_ms: 0.3, isBase: false) }

  private static let digitsParities: [ParityModels.Trained] =
    (2...4).map { .init(name: "digits_parity_k\($0)", encoder: .sum, k: $0, parity: 0) }
    + [.init(name: "digits_parity_k2_r1", encoder: .sum, k: 2, parity: 1)]
    + (2...4).map { .init(name: "digits_concatenation_k\($0)", encoder: .concatenation, k: $0, parity: 0) }

  static var names: [String] { models.map(\.name) }

  static func model(named name: String) -> BuiltInModel? { (models + redundantModels).first { $0.name == name } }

  private static func image(
    _ name: String, file: String? = nil, builtWith: String? = nil, service_ms: Double, parity: String?
  ) -> BuiltInModel {
    BuiltInModel(
      name: name, source: .built(file: "\(file ?? name).pt", name: builtWith ?? name), input: .image,
      defaultPayload: .images(folder: nil), service_ms: service_ms, parities: parity.map { .any($0) },
      approximate: "mobilenet_v2")
  }

  private static func digits(_ name: String, service_ms: Double, isBase: Bool) -> BuiltInModel {
    BuiltInModel(
      name: name, source: .shipped(file: "\(name).pt"), input: .floats(shape: [1, 8, 8]), defaultPayload: .digits,
      service_ms: service_ms, parities: isBase ? .trained(digitsParities) : nil,
      approximate: isBase ? "digits_cheap" : nil)
  }

  /// Its own parity and its own approximation.
  private static func within(_ name: String, service_ms: Double?) -> BuiltInModel {
    BuiltInModel(
      name: name, source: .within, input: .any, defaultPayload: .floats(count: 64), service_ms: service_ms,
      parities: .any(name), approximate: name)
  }
}
