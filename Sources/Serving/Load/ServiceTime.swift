/// How long the synthetic model takes for a batch, as the experiment's `service_time` says it.
public struct ServiceTime: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Always the median.
    case constant
    /// Of rate ln 2 / median.
    case exponential
    /// median * exp(sigma * N(0, 1)).
    case lognormal
    /// Any line of `file`, each equally likely.
    case empirical
  }

  public var kind: Kind
  public var median_ms: Double
  /// Of the logarithm; lognormal only.
  public var sigma: Double
  /// Milliseconds, one a line; empirical only.
  public var file: String?

  public init(kind: Kind = .lognormal, median_ms: Double = 25, sigma: Double = 0.05, file: String? = nil) {
    (self.kind, self.median_ms, self.sigma, self.file) = (kind, median_ms, sigma, file)
  }

  private enum Key: String, CodingKey { case kind, median_ms, sigma, file }

  /// What is missing has its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: Key.self)
    kind = try values.decodeIfPresent(Kind.self, forKey: .kind) ?? kind
    median_ms = try values.decodeIfPresent(Double.self, forKey: .median_ms) ?? median_ms
    sigma = try values.decodeIfPresent(Double.self, forKey: .sigma) ?? sigma
    file = try values.decodeIfPresent(String.self, forKey: .file)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(kind, forKey: .kind)
    try values.encode(median_ms, forKey: .median_ms)
    try values.encode(sigma, forKey: .sigma)
    try values.encodeIfPresent(file, forKey: .file)
  }
}
