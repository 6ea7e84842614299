/// `background_traffic`: n concurrent network shuffles, or a second tenant.
enum Background: Codable, Equatable, Sendable {
  case shuffles(Int)
  case clipper

  /// Queries/s of the second tenant that ParM sends, by the type of the workers' machines.
  static let secondTenantRates = ["c5.xlarge": 16.0, "p2.xlarge": 28]
}

/// `arrivals`.
enum ArrivalKind: Codable, Equatable, Sendable {
  case poisson
  case uniform
  /// Seconds of each arrival, one a line.
  case trace(file: String)
}

/// `payload`.
enum Payload: Codable, Equatable, Sendable {
  /// nil: the images that ship.
  case images(folder: String?)
  case digits
  case floats(count: Int)
}

/// `service_time` of the synthetic model.
struct ServiceTime: Codable, Equatable, Sendable {
  enum Kind: String, Codable, CaseIterable, Sendable { case constant, exponential, lognormal, empirical }
  var kind: Kind
  var median_ms: Double
  var sigma: Double
  var file: String?
}

/// One of `slowdowns`: with `probability`, a batch of one of `workers` takes `added_ms` longer or `factor` times as long.
struct Slowdown: Codable, Equatable, Sendable {
  /// nil: all.
  var workers: [Int]?
  var probability: Double
  var added_ms: Double?
  var factor: Double?
}
