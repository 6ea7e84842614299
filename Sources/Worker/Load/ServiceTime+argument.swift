import ArgumentParser
import Serving

/// `--service-time`.
extension ServiceTime {
  static func parse(argument: String) throws -> ServiceTime {
    let time: ServiceTime = try JSONArgument.parse(argument)
    guard time.median_ms.isFinite, (0...3_600_000).contains(time.median_ms), time.sigma.isFinite,
      (0...10).contains(time.sigma)
    else { throw ValidationError("median_ms is 0 to 3600000, sigma 0 to 10") }
    guard time.kind != .empirical || time.file != nil else { throw ValidationError("empirical needs a file") }
    return time
  }
}

/// `--slowdowns`.
extension Slowdown {
  static func parse(argument: String) throws -> [Slowdown] { try JSONArgument.parse(argument) }
}
