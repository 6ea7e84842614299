import Foundation
import Testing

@testable import Worker

@Suite struct LoadTests {
  private func draw(_ time: ServiceTime, seed: UInt64 = 1, worker: UInt32 = 0, count: Int = 10_000) throws -> [Double] {
    var times = try ServiceTimes(time, seed: seed, worker: worker)
    return (0..<count).map { _ in Double(times.next_ns()) / 1e6 }
  }

  private func time(_ kind: ServiceTime.Kind, median_ms: Double = 25, sigma: Double = 0.05, file: String? = nil)
    -> ServiceTime
  {
    var time = ServiceTime()
    (time.kind, time.median_ms, time.sigma, time.file) = (kind, median_ms, sigma, file)
    return time
  }

  @Test("Service times have the median that is asked for, and the spread of their distribution")
  func distributions() throws {
    #expect(try Set(draw(time(.constant))) == [25])
    for kind in [ServiceTime.Kind.exponential, .lognormal] {
      let sorted = try draw(time(kind, sigma: 0.5)).sorted()
      #expect(abs(sorted[5000] - 25) < 1.5, "\(kind)")
      // The 84th percentile is a deviation above the median of a normal distribution, and log2(1/0.16) medians.
      let upper = kind == .lognormal ? 25 * exp(0.4972) : 25 * log2(1 / 0.16)
      #expect(abs(sorted[8400] / upper - 1) < 0.06, "\(kind)")
    }
  }

  @Test("The same seed and worker draw the same service times, another worker or seed others")
  func replay() throws {
    let times = try draw(time(.lognormal), seed: 3, worker: 2, count: 20)
    #expect(try draw(time(.lognormal), seed: 3, worker: 2, count: 20) == times)
    #expect(try draw(time(.lognormal), seed: 3, worker: 1, count: 20) != times)
    #expect(try draw(time(.lognormal), seed: 4, worker: 2, count: 20) != times)
  }

  @Test("Empirical service times are those of the file; a file that cannot be used is refused with its line")
  func empirical() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("times")
      func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
      try write("1.5\r\n20\n\n 300 \n")
      #expect(try Set(draw(time(.empirical, file: file.path))) == [1.5, 20, 300])
      for text in ["1\nx\n", "-1", "nan", "1 2", "", "\n"] {
        try write(text)
        #expect(throws: StartFailure.self, "\(text)") { try draw(time(.empirical, file: file.path)) }
      }
      #expect(throws: StartFailure.self) { try draw(time(.empirical, file: folder.path + "/missing")) }
    }
  }

  @Test("Slowdowns hit the workers they name, with their probability, and add up")
  func slowdowns() {
    let all = Slowdown(workers: nil, probability: 1, effect: .added(ms: 100))
    let second = Slowdown(workers: [2], probability: 1, effect: .factor(10))
    let rare = Slowdown(workers: nil, probability: 0.1, effect: .added(ms: 1))
    var first = Slowdowns([all, second], seed: 1, worker: 1)
    #expect(first.next_ns(service_ns: 5_000_000) == 100_000_000)
    var both = Slowdowns([all, second], seed: 1, worker: 2)
    #expect(both.next_ns(service_ns: 5_000_000) == 145_000_000)
    var sometimes = Slowdowns([rare], seed: 1, worker: 1)
    let hits = (0..<10_000).count { _ in sometimes.next_ns(service_ns: 0) > 0 }
    #expect((800...1200).contains(hits))
  }

  @Test("Slowdowns replay from their seed, whatever the model's times are, and differ by worker")
  func slowdownReplay() {
    let slowdown = Slowdown(workers: nil, probability: 0.3, effect: .factor(2))
    func hits(worker: UInt32, service_ns: Int64) -> [Bool] {
      var slowdowns = Slowdowns([slowdown], seed: 9, worker: worker)
      return (0..<100).map { _ in slowdowns.next_ns(service_ns: service_ns) > 0 }
    }
    #expect(hits(worker: 1, service_ns: 10) == hits(worker: 1, service_ns: 1000))
    #expect(hits(worker: 1, service_ns: 10) != hits(worker: 2, service_ns: 10))
  }
}
