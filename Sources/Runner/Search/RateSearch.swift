import Foundation

/// The search for the highest rate that meets a goal, as decisions: which rate to try next, and when it is known.
///
/// Beginning with the lowest and highest of the given rates, it doubles or halves until one rate meets the goal and a
/// higher one misses it; then it takes rates between these two, those that were given before any other, until the two are
/// no further apart than the resolution. It believes each answer and asks for no rate twice, so that noise can make it
/// end at another rate, but never go on without end.
struct RateSearch: Equatable, Sendable {
  /// Queries/s: the highest known to meet the goal, and the lowest above it known to miss it.
  struct Bracket: Codable, Equatable, Sendable {
    var meets: Double
    var misses: Double
  }

  /// What to do next, or what was found.
  enum Step: Equatable, Sendable {
    case measure(rate: Double)
    case found(Bracket)
    /// Every rate met it up to this one, the highest that is tried.
    case above(rate: Double)
    /// No rate met it down to this one, the lowest that is tried.
    case below(rate: Double)
  }

  /// Rates from which it begins, ascending.
  let given: [Double]
  /// How far the two ends may be apart, as a part of the lower one.
  let resolution: Double
  /// No rate outside is tried.
  let limits: ClosedRange<Double>

  private(set) var meets: Double?
  private(set) var misses: Double?

  /// How often the highest given rate is doubled before it gives up, and the lowest halved: at half the rate, a trial of as
  /// many queries lasts twice as long.
  static let doublings = 10
  static let halvings = 4

  /// - Parameters:
  ///   - rates: at least one, each within 0 (not itself) to `highest`.
  ///   - resolution: above 0.
  init(from rates: [Double], resolution: Double = 0.05, highest: Double = 1_000_000) {
    given = Set(rates).sorted()
    self.resolution = resolution
    let (low, high) = (given.first ?? 1, given.last ?? 1)
    limits = low / pow(2, Double(Self.halvings))...max(low, min(highest, high * pow(2, Double(Self.doublings))))
  }

  var next: Step {
    switch (meets, misses) {
    case (nil, nil): return .measure(rate: given.first ?? limits.lowerBound)
    case (nil, let misses?):
      return misses <= limits.lowerBound
        ? .below(rate: misses) : .measure(rate: max(misses / 2, limits.lowerBound))
    case (let meets?, nil):
      if let last = given.last, meets < last { return .measure(rate: last) }
      return meets >= limits.upperBound
        ? .above(rate: meets) : .measure(rate: min(meets * 2, limits.upperBound))
    case (let meets?, let misses?):
      guard misses - meets > resolution * meets, let middle = middle(meets, misses) else {
        return .found(Bracket(meets: meets, misses: misses))
      }
      return .measure(rate: middle)
    }
  }

  /// Takes in whether the rate that `next` asked for met the goal.
  mutating func record(_ rate: Double, meets isMet: Bool) {
    if isMet {
      meets = max(meets ?? rate, rate)
    } else {
      misses = min(misses ?? rate, rate)
    }
  }

  /// A rate between two: the middle one of those given, else their geometric mean, as what is sought is relative. Nil if
  /// no number is between them.
  private func middle(_ low: Double, _ high: Double) -> Double? {
    let between = given.filter { low < $0 && $0 < high }
    if !between.isEmpty { return between[between.count / 2] }
    let mean = (low * high).squareRoot()
    if let rounded = rounded(mean), low < rounded, rounded < high { return rounded }
    return low < mean && mean < high ? mean : nil
  }

  /// To as many digits as the resolution can tell apart, which a result's path shows; nil if that leaves the limits.
  private func rounded(_ rate: Double) -> Double? {
    let digits = max(3, Int((-log10(resolution)).rounded(.up)) + 2)
    // By way of decimal text: the nearest number to 123.4 and no neighbour of it.
    guard let rounded = Double(String(format: "%.\(digits - 1)e", rate)) else { return nil }
    return limits.contains(rounded) ? rounded : nil
  }
}
