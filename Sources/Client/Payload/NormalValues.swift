#if canImport(Glibc)
  import Glibc
#endif

/// Standard normal values from a seed: the same on every machine for the same seed.
///
/// Uniform numbers: SplitMix64 (Steele, Lea and Flood 2014). Normal values: the transform of Box and Muller (1958), both
/// values of a pair.
struct NormalValues {
  private var state: UInt64
  private var spare: Float?

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    if let value = spare {
      spare = nil
      return value
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = Float(radius * sin(angle))
    return Float(radius * cos(angle))
  }

  /// In [0, 1), 53 bits.
  private mutating func uniform() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    bits ^= bits >> 31
    return Double(bits >> 11) * 0x1p-53
  }
}
