import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif

/// `--service-time`: how long the synthetic model takes for a batch, as the experiment's `service_time` says it.
struct ServiceTime: Decodable, Equatable, Sendable {
  enum Kind: String, Decodable, CaseIterable, Sendable {
    /// Always the median.
    case constant
    /// Of rate ln 2 / median.
    case exponential
    /// median * exp(sigma * N(0, 1)).
    case lognormal
    /// Any line of `file`, each equally likely.
    case empirical
  }

  var kind: Kind = .lognormal
  var median_ms: Double = 25
  /// Of the logarithm; lognormal only.
  var sigma: Double = 0.05
  /// Milliseconds, one a line; empirical only.
  var file: String?

  private enum Key: String, CodingKey { case kind, median_ms, sigma, file }

  init() {}

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    kind = try values.decodeIfPresent(Kind.self, forKey: .kind) ?? kind
    median_ms = try values.decodeIfPresent(Double.self, forKey: .median_ms) ?? median_ms
    sigma = try values.decodeIfPresent(Double.self, forKey: .sigma) ?? sigma
    file = try values.decodeIfPresent(String.self, forKey: .file)
  }

  static func parse(argument: String) throws -> ServiceTime {
    let time: ServiceTime = try JSONArgument.parse(argument)
    guard time.median_ms.isFinite, (0...3_600_000).contains(time.median_ms), time.sigma.isFinite,
      (0...10).contains(time.sigma)
    else { throw ValidationError("median_ms is 0 to 3600000, sigma 0 to 10") }
    guard time.kind != .empirical || time.file != nil else { throw ValidationError("empirical needs a file") }
    return time
  }
}
