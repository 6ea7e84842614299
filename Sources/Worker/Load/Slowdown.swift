import ArgumentParser

/// One of `--slowdowns`: with `probability`, a batch of one of `workers` takes `added_ms` longer or `factor` times as long.
struct Slowdown: Decodable, Equatable, Sendable {
  enum Effect: Equatable, Sendable {
    case added(ms: Double)
    /// >= 1
    case factor(Double)
  }

  /// The workers' numbers; nil: all.
  var workers: [UInt32]?
  var probability: Double
  var effect: Effect

  private enum Key: String, CodingKey { case workers, probability, added_ms, factor }

  init(workers: [UInt32]?, probability: Double, effect: Effect) {
    self.workers = workers
    self.probability = probability
    self.effect = effect
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if (try? values.decode(String.self, forKey: .workers)) != "all" {
      workers = try values.decodeIfPresent([UInt32].self, forKey: .workers)
    }
    probability = try values.decode(Double.self, forKey: .probability)
    guard (0...1).contains(probability) else {
      throw DecodingError.dataCorruptedError(forKey: .probability, in: values, debugDescription: "0 to 1 is allowed")
    }
    let added_ms = try values.decodeIfPresent(Double.self, forKey: .added_ms)
    let factor = try values.decodeIfPresent(Double.self, forKey: .factor)
    switch (added_ms, factor) {
    case (let ms?, nil) where (0...3_600_000).contains(ms): effect = .added(ms: ms)
    case (nil, let factor?) where (1...10_000).contains(factor): effect = .factor(factor)
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .added_ms, in: values,
        debugDescription: "either added_ms, 0 to 3600000, or factor, 1 to 10000, is needed")
    }
  }

  func applies(to worker: UInt32) -> Bool { workers.map { $0.contains(worker) } ?? true }

  static func parse(argument: String) throws -> [Slowdown] { try JSONArgument.parse(argument) }
}
