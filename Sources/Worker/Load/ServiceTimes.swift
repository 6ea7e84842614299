import Serving

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif
#if canImport(Glibc)
  import Glibc
#endif

/// The service times of one worker, drawn one a batch, in order: the same seed and worker give the same ones again.
struct ServiceTimes {
  private enum Distribution {
    case constant(ms: Double)
    case exponential(mean_ms: Double)
    case lognormal(median_ms: Double, sigma: Double)
    case empirical(ms: [Double])
  }

  private let distribution: Distribution
  private var random: Xoshiro256

  /// - Throws: `StartFailure` 65 if the file of an empirical distribution cannot be used.
  init(_ time: ServiceTime, seed: UInt64, worker: UInt32) throws(StartFailure) {
    distribution =
      switch time.kind {
      case .constant: .constant(ms: time.median_ms)
      case .exponential: .exponential(mean_ms: time.median_ms / log(2))
      case .lognormal: .lognormal(median_ms: time.median_ms, sigma: time.sigma)
      case .empirical: .empirical(ms: try ServiceTimes.read(time.file ?? ""))
      }
    random = RandomStream.serviceTimes.generator(seed: seed, worker: worker)
  }

  mutating func next_ns() -> Int64 {
    let ms: Double =
      switch distribution {
      case .constant(let ms): ms
      case .exponential(let mean_ms): mean_ms * random.nextExponential()
      case .lognormal(let median_ms, let sigma): median_ms * exp(sigma * random.nextNormal())
      case .empirical(let ms): ms[Int.random(in: ms.indices, using: &random)]
      }
    return Int64(min(ms * 1e6, 1e18))
  }

  private static func read(_ path: String) throws(StartFailure) -> [Double] {
    let text: String
    do {
      text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
      throw .badInput("service times \(path): cannot be read")
    }
    let times: [Double]
    do throws(NumberLines.Malformed) {
      times = try NumberLines.parse(text, in: 0...NumberLines.maximumService_ms).map(\.number)
    } catch {
      throw .badInput("service times \(path), \(error)")
    }
    guard !times.isEmpty else { throw .badInput("service times \(path): there are none") }
    return times
  }
}

extension Xoshiro256 {
  /// A number of the normal distribution of mean 0 and deviation 1, from two uniform ones.
  ///
  /// Source: G. Box, M. Muller, "A Note on the Generation of Random Normal Deviates", Ann. Math. Stat. 29 (1958).
  fileprivate mutating func nextNormal() -> Double {
    let radius = (-2 * log(1 - nextUniform())).squareRoot()
    return radius * cos(2 * .pi * nextUniform())
  }
}
