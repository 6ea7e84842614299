import Testing

@testable import Serving

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct PortableMathTests {
  private func error(_ found: Double, _ expected: Double) -> Double { abs(found - expected) / abs(expected) }

  @Test("Logarithm and exponential are those of the C library, to 1e-15")
  func library() {
    var random = Xoshiro256(seed: 11)
    for _ in 0..<200_000 {
      let (uniform, power) = (random.nextUniform(), (random.nextUniform() - 0.5) * 1400)
      for x in [uniform * 3, 1 + uniform * 1e-6, 1 - uniform * 1e-9, exp(power)] where x > 0 && x != 1 {
        #expect(error(PortableMath.log(x), log(x)) < 1e-15, "log \(x)")
      }
      for x in [power, uniform, -uniform * 1e-3] {
        #expect(error(PortableMath.exp(x), exp(x)) < 1e-15, "exp \(x)")
      }
    }
    #expect(PortableMath.log(1) == 0 && PortableMath.exp(0) == 1)
    #expect(PortableMath.log(0) == -.infinity && PortableMath.log(-1).isNaN && PortableMath.log(.infinity) == .infinity)
    #expect(PortableMath.exp(-800) == 0 && PortableMath.exp(800) == .infinity && PortableMath.exp(.nan).isNaN)
    let least = Double.leastNonzeroMagnitude
    #expect(PortableMath.log(least) == log(least) && PortableMath.exp(-745) == least)
  }

  @Test("The normal quantile is where the normal distribution has it, in all its three parts")
  func quantile() {
    // P(Z < z) = erfc(-z / sqrt 2) / 2, here for z <= 0, where it loses no digits.
    for step in 1...370 {
      let z = -Double(step) / 10
      let p = erfc(-z / 2.0.squareRoot()) / 2
      // How much the probability's own last bit moves the quantile, which far out is little.
      #expect(error(PortableMath.normalQuantile(p), z) < 1e-13, "\(z)")
    }
    #expect(PortableMath.normalQuantile(0.5) == 0)
    #expect(PortableMath.normalQuantile(0.75) == -PortableMath.normalQuantile(0.25))
    #expect(error(PortableMath.normalQuantile(0.975), 1.959963984540054) < 1e-15)
  }

  @Test("Every bit is the same on every machine")
  func golden() {
    #expect(
      [0.1, 0.7, 1.5, 3, 1e9, 1e-300].map { PortableMath.log($0).bitPattern } == [
        13_835_739_416_338_191_637, 13_823_468_941_351_141_200, 4_600_975_829_957_056_588, 4_607_626_529_066_517_259,
        4_626_526_298_450_952_120, 13_872_659_378_474_614_709,
      ])
    #expect(
      [-700, -1.5, -0.01, 0.3, 1, 20.25].map { PortableMath.exp($0).bitPattern } == [
        58_915_316_498_509_951, 4_597_207_131_539_332_125, 4_607_092_795_669_978_366, 4_608_758_042_795_448_982,
        4_613_303_445_314_885_482, 4_738_509_012_869_932_713,
      ])
    #expect(
      [1e-20, 1e-5, 0.07, 0.3, 0.6, 0.99].map { PortableMath.normalQuantile($0).bitPattern } == [
        13_844_775_888_831_658_571, 13_839_859_895_429_735_386, 13_832_697_227_952_007_152, 13_826_270_636_307_301_882,
        4_598_235_515_595_017_050, 4_612_420_888_509_349_644,
      ])
  }

  @Test("Normal numbers are of mean 0 and deviation 1")
  func normal() {
    var random = Xoshiro256(seed: 5)
    let values = (0..<100_000).map { _ in random.nextNormal() }
    let mean = values.reduce(0, +) / 100_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    #expect(abs(mean) < 0.01 && abs(variance - 1) < 0.02)
  }
}
