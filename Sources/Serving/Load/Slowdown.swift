/// One of `slowdowns`: with `probability`, a batch of one of `workers` takes `added_ms` longer or `factor` times as long.
public struct Slowdown: Codable, Hashable, Sendable {
  /// The workers' numbers; nil: all.
  public var workers: [Int]?
  public var probability: Double
  /// One of the two is given; a factor is >= 1.
  public var added_ms: Double?
  public var factor: Double?

  public init(workers: [Int]? = nil, probability: Double, added_ms: Double? = nil, factor: Double? = nil) {
    (self.workers, self.probability, self.added_ms, self.factor) = (workers, probability, added_ms, factor)
  }

  public func applies(to worker: Int) -> Bool { workers.map { $0.contains(worker) } ?? true }

  private enum Key: String, CodingKey { case workers, probability, added_ms, factor }

  /// - Throws: `DecodingError` if a number is out of range, or neither or both of `added_ms` and `factor` are given.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if (try? values.decode(String.self, forKey: .workers)) != "all" {
      workers = try values.decodeIfPresent([Int].self, forKey: .workers)
    }
    probability = try values.decode(Double.self, forKey: .probability)
    guard (0...1).contains(probability) else {
      throw DecodingError.dataCorruptedError(forKey: .probability, in: values, debugDescription: "0 to 1 is allowed")
    }
    added_ms = try values.decodeIfPresent(Double.self, forKey: .added_ms)
    factor = try values.decodeIfPresent(Double.self, forKey: .factor)
    switch (added_ms, factor) {
    case (let ms?, nil) where (0...3_600_000).contains(ms): break
    case (nil, let factor?) where (1...10_000).contains(factor): break
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .added_ms, in: values,
        debugDescription: "either added_ms, 0 to 3600000, or factor, 1 to 10000, is needed")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(workers, forKey: .workers)
    try values.encode(probability, forKey: .probability)
    try values.encodeIfPresent(added_ms, forKey: .added_ms)
    try values.encodeIfPresent(factor, forKey: .factor)
  }
}
