import Serving

#if canImport(Glibc)
  import Glibc
#endif

/// Standard normal values from a seed. Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
struct NormalValues {
  private var random: Xoshiro256
  /// The second value of the last pair.
  private var spare: Float?

  init(seed: UInt64, stream: UInt64) { random = Xoshiro256(seed: seed, stream: stream) }

  mutating func next() -> Float {
    if let value = spare {
      spare = nil
      return value
    }
    // 1 - u lies in (0, 1]: its logarithm is finite.
    let radius = (-2 * log(1 - random.nextUniform())).squareRoot()
    let angle = 2 * Double.pi * random.nextUniform()
    spare = Float(radius * sin(angle))
    return Float(radius * cos(angle))
  }
}
