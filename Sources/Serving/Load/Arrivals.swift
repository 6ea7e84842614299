/// When queries are sent: a process of arrivals, drawn without looking at the system it loads.
public protocol Arrivals {
  /// The next arrival, from the start of the schedule; never earlier than the one before. Nil: there are no more.
  mutating func next() -> Duration?
}

/// Independent arrivals at a constant rate: exponential gaps.
public struct Poisson: Arrivals, Sendable {
  private let rate_per_s: Double
  private var random: Xoshiro256
  private var gaps = 0.0

  /// - Parameter stream: which of the seed's independent processes.
  public init(rate_per_s: Double, seed: UInt64, stream: UInt64 = 0) {
    self.rate_per_s = rate_per_s
    random = Xoshiro256(seed: seed, stream: stream)
  }

  public mutating func next() -> Duration? {
    gaps += random.nextExponential()
    return Duration(schedule_s: gaps / rate_per_s)
  }
}

/// Evenly spaced arrivals, the first at `first_s` seconds.
public struct Uniform: Arrivals, Sendable {
  private let rate_per_s: Double
  private let first_s: Double
  private var count = 0

  public init(rate_per_s: Double, first_s: Double = 0) {
    self.rate_per_s = rate_per_s
    self.first_s = first_s
  }

  public mutating func next() -> Duration? {
    defer { count += 1 }
    return Duration(schedule_s: first_s + Double(count) / rate_per_s)
  }
}

extension Duration {
  /// Seconds >= 0 to the nearest nanosecond, at most a century, so that it can be added to a clock.
  init(schedule_s seconds: Double) {
    self = .nanoseconds(Int64(min(seconds * 1e9, 3e18) + 0.5))
  }
}
