import Foundation

/// Random numbers that a seed replays.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Knuth's 64-bit linear congruence with its high half folded in: enough to scatter test data.
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let high = state >> 32
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return high << 32 | state >> 32
  }
}

/// Shapes that latencies and worse come in.
enum ArrayShape: CaseIterable {
  case uniform, exponential, lognormal, ties, constant, integers, huge, tiny, wide, mixedSign

  func value(_ generator: inout SeededGenerator) -> Double {
    let u = Double.random(in: 0..<1, using: &generator)
    switch self {
    case .uniform: return u * 100
    case .exponential: return -25 * log(1 - u)
    case .lognormal:
      let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
      return 25 * exp(0.5 * (-2 * log(1 - u)).squareRoot() * cos(angle))
    case .ties: return Double(Int(u * 5))
    case .constant: return 80.16
    case .integers: return Double(Int(u * 1e9))
    case .huge: return 1e300 * (1 + u)
    case .tiny: return 1e-300 * (1 + u)
    case .wide: return pow(10, 30 * u)
    case .mixedSign: return u * 200 - 100
    }
  }
}

/// `count` arrays of 1 to about 5,000 values, all shapes in turn, sizes spread evenly on a log scale.
func randomArrays(_ count: Int, seed: UInt64) -> [[Double]] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { index in
    let shape = ArrayShape.allCases[index % ArrayShape.allCases.count]
    let size = Int(pow(5000, Double.random(in: 0...1, using: &generator)))
    return (0..<size).map { _ in shape.value(&generator) }
  }
}
