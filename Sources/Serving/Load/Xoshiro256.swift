/// xoshiro256**: the random numbers of schedules, service times and slowdowns. The same seed gives the same numbers on
/// every machine.
///
/// Source: D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47 (2021).
public struct Xoshiro256: RandomNumberGenerator, Sendable {
  private var s: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter stream: which of a seed's independent streams, for instance a client's or a worker's number.
  public init(seed: UInt64, stream: UInt64 = 0) {
    // Mixed apart before they meet, so that neighbouring seeds and streams share nothing.
    var seeds = SplitMix64(seed: seed)
    var streams = SplitMix64(seed: ~stream)
    var mixed = SplitMix64(seed: seeds.next() ^ streams.next())
    self.init(state: (mixed.next(), mixed.next(), mixed.next(), mixed.next()))
  }

  /// - Parameter state: not all zero.
  init(state: (UInt64, UInt64, UInt64, UInt64)) { s = state }

  public mutating func next() -> UInt64 {
    let result = rotate(s.1 &* 5, by: 7) &* 9
    let t = s.1 << 17
    s.2 ^= s.0
    s.3 ^= s.1
    s.1 ^= s.2
    s.0 ^= s.3
    s.2 ^= t
    s.3 = rotate(s.3, by: 45)
    return result
  }

  private func rotate(_ bits: UInt64, by count: UInt64) -> UInt64 { (bits << count) | (bits >> (64 - count)) }
}

extension Xoshiro256 {
  /// A number of [0, 1), a multiple of 2^-53.
  public mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the exponential distribution of mean 1.
  ///
  /// Only compares and adds, so every machine gives the same bits (the last one of a logarithm differs between libraries
  /// and processors). A run of uniform numbers that falls until it rises has an even length with probability 1 - e^-x,
  /// given that its first is at most x; an odd run adds 1 and is drawn again. About four uniform numbers a result.
  /// Source: J. von Neumann, "Various Techniques Used in Connection with Random Digits", 1951.
  public mutating func nextExponential() -> Double {
    var whole = 0.0
    while true {
      let first = nextUniform()
      var (last, length) = (first, 1)
      repeat {
        let following = nextUniform()
        length += 1
        if following > last { break }
        last = following
      } while true
      if length.isMultiple(of: 2) { return whole + first }
      whole += 1
    }
  }
}
