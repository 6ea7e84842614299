/// The service times of one worker, drawn one a batch, in order: the same seed and worker give the same ones again, to the
/// nanosecond, on every machine.
public struct ServiceTimes: Sendable {
  private enum Distribution: Sendable {
    case constant(ns: Int64)
    case exponential(mean_ms: Double)
    case lognormal(median_ms: Double, sigma: Double)
    case empirical(ms: [Double])
  }

  private let distribution: Distribution
  private var random: Xoshiro256

  /// - Parameter empirical_ms: what the file of an empirical distribution holds; at least one, all >= 0.
  public init(_ time: ServiceTime, empirical_ms: [Double] = [], seed: UInt64, worker: Int) {
    self.init(time, empirical_ms: empirical_ms, random: RandomStream.serviceTimes.generator(seed: seed, worker: worker))
  }

  public init(_ time: ServiceTime, empirical_ms: [Double] = [], random: Xoshiro256) {
    distribution =
      switch time.kind {
      case .constant: .constant(ns: ServiceTimes.nanoseconds(time.median_ms))
      case .exponential: .exponential(mean_ms: time.median_ms / ServiceTimes.naturalLogarithmOf2)
      case .lognormal: .lognormal(median_ms: time.median_ms, sigma: time.sigma)
      case .empirical: empirical_ms.isEmpty ? .constant(ns: 0) : .empirical(ms: empirical_ms)
      }
    self.random = random
  }

  public mutating func next_ns() -> Int64 {
    switch distribution {
    case .constant(let ns): return ns
    case .exponential(let mean_ms): return ServiceTimes.nanoseconds(mean_ms * random.nextExponential())
    case .lognormal(let median_ms, let sigma):
      return ServiceTimes.nanoseconds(median_ms * PortableMath.exp(sigma * random.nextNormal()))
    case .empirical(let ms):
      return ServiceTimes.nanoseconds(ms[Int(random.next().multipliedFullWidth(by: UInt64(ms.count)).high)])
    }
  }

  private static let naturalLogarithmOf2 = 0.6931471805599453

  private static func nanoseconds(_ ms: Double) -> Int64 { Int64(min(ms * 1e6, 1e18)) }
}
