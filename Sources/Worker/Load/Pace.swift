/// How many times as long as by itself a batch takes: as long at first, and from each SIGRTMIN on by the next of `--paces`.
///
/// A model that computes and one that only sleeps are slowed alike, which no limit of the processor does.
struct Pace {
  private let factors: SignalledSteps

  /// - Parameter factors: each >= 1.
  init(_ factors: [Double] = []) { self.factors = SignalledSteps(factors, signal: .pace) }

  /// What a batch takes now that would take `taken_ns` by itself.
  func slowed_ns(_ taken_ns: Int64) -> Int64 { slowed_ns(taken_ns, by: factors.current) }

  /// What it takes after so many signals.
  func slowed_ns(_ taken_ns: Int64, signals: Int) -> Int64 { slowed_ns(taken_ns, by: factors.value(after: signals)) }

  private func slowed_ns(_ taken_ns: Int64, by factor: Double?) -> Int64 {
    factor.map { Int64(min(Double(taken_ns) * $0, 1e18)) } ?? taken_ns
  }

  static func parse(argument: String) throws -> [Double] { try SignalledSteps.parse(argument, in: 1...10_000) }
}
