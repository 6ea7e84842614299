import Testing

@testable import Serving

struct Xoshiro256Tests {
  @Test("SplitMix64 gives the published values of its reference program")
  func splitMix() {
    var generator = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("xoshiro256** gives the published values of its reference program")
  func xoshiro() {
    var generator = Xoshiro256(state: (1, 2, 3, 4))
    let expected: [UInt64] = [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("The same seed and stream give the same numbers, on every machine")
  func pinned() {
    var (a, b) = (Xoshiro256(seed: 1, stream: 2), Xoshiro256(seed: 1, stream: 2))
    let numbers = (0..<100).map { _ in a.next() }
    #expect(numbers == (0..<100).map { _ in b.next() })
    #expect(Array(numbers.prefix(3)) == Xoshiro256Tests.pinnedNumbers)
    var c = Xoshiro256(seed: 1, stream: 2)
    #expect((0..<3).map { _ in c.nextExponential() } == Xoshiro256Tests.pinnedExponentials)
  }

  private static let pinnedNumbers: [UInt64] = [
    2_372_278_405_940_153_940, 8_815_719_854_972_942_408, 10_980_014_171_890_869_481,
  ]
  private static let pinnedExponentials = [0.12860147007303813, 2.57991590339049, 2.298740675723588]

  @Test("Neighbouring seeds and streams have nothing in common")
  func streamsDiffer() {
    var seen: Set<UInt64> = []
    for seed in UInt64(0)..<20 {
      for stream in UInt64(0)..<20 {
        var generator = Xoshiro256(seed: seed, stream: stream)
        for _ in 0..<10 { seen.insert(generator.next()) }
      }
    }
    #expect(seen.count == 20 * 20 * 10)
  }
}
