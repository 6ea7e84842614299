import Serving

/// Which host moves how much to which, drawn from a seed: streams of shuffles, one after the other in each. Pure.
struct ShufflePlan: Equatable, Sendable {
  struct Shuffle: Equatable, Sendable {
    var source: Int
    /// Another host than `source`.
    var destination: Int
    /// There, and as many back.
    var bytes: Int
  }

  /// 128 to 256 MiB.
  static let sizes = (128 << 20)...(256 << 20)

  var seed: UInt64
  /// At least 2.
  var hosts: Int

  /// The shuffle number `index`, from 0, of a stream: the same whatever others came before. Host and size are uniform.
  func shuffle(_ index: Int, ofStream stream: Int) -> Shuffle {
    var random = Xoshiro256(seed: seed, stream: UInt64(stream) << 32 | UInt64(index))
    func number(below count: Int) -> Int { Int(random.nextUniform() * Double(count)) }
    let source = number(below: hosts)
    let step = 1 + number(below: hosts - 1)
    return Shuffle(
      source: source, destination: (source + step) % hosts,
      bytes: ShufflePlan.sizes.lowerBound + number(below: ShufflePlan.sizes.count))
  }
}
