import Testing

@testable import Serving

@Suite struct ServiceTimesTests {
  private func draw(_ time: ServiceTime, seed: UInt64 = 1, worker: Int = 0, count: Int = 10_000) -> [Double] {
    var times = ServiceTimes(time, empirical_ms: [1.5, 20, 300], seed: seed, worker: worker)
    return (0..<count).map { _ in Double(times.next_ns()) / 1e6 }
  }

  @Test("Service times have the median that is asked for, and the spread of their distribution")
  func distributions() {
    #expect(Set(draw(ServiceTime(kind: .constant))) == [25])
    #expect(Set(draw(ServiceTime(kind: .empirical))) == [1.5, 20, 300])
    for kind in [ServiceTime.Kind.exponential, .lognormal] {
      let sorted = draw(ServiceTime(kind: kind, sigma: 0.5)).sorted()
      #expect(abs(sorted[5000] - 25) < 1.5, "\(kind)")
      // The 84th percentile is a deviation above the median of a normal distribution, and log2(1/0.16) medians.
      let upper = kind == .lognormal ? 25 * 1.6442 : 25 * 2.6439
      #expect(abs(sorted[8400] / upper - 1) < 0.06, "\(kind)")
    }
  }

  @Test("The same seed and worker draw the same service times, another worker or seed others")
  func replay() {
    let time = ServiceTime(kind: .lognormal)
    let times = draw(time, seed: 3, worker: 2, count: 20)
    #expect(draw(time, seed: 3, worker: 2, count: 20) == times)
    #expect(draw(time, seed: 3, worker: 1, count: 20) != times)
    #expect(draw(time, seed: 4, worker: 2, count: 20) != times)
  }

  @Test("Service times are the same nanoseconds on every machine")
  func golden() {
    func first(_ kind: ServiceTime.Kind) -> [Int64] {
      var times = ServiceTimes(ServiceTime(kind: kind), empirical_ms: [1.5, 20, 300], seed: 1, worker: 3)
      return (0..<4).map { _ in times.next_ns() }
    }
    #expect(first(.lognormal) == [26_023_011, 24_409_769, 26_989_095, 26_714_058])
    #expect(first(.exponential) == [86_647_099, 18_288_340, 15_953_065, 1_374_496])
    #expect(first(.empirical) == [300_000_000, 1_500_000, 300_000_000, 300_000_000])
  }
}
