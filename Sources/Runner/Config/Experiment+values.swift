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
