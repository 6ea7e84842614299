import Testing

@testable import Serving

@Suite struct SlowdownsTests {
  @Test("Slowdowns hit the workers they name, with their probability, and add up")
  func slowdowns() {
    let all = Slowdown(probability: 1, added_ms: 100)
    let second = Slowdown(workers: [2], probability: 1, factor: 10)
    let rare = Slowdown(probability: 0.1, added_ms: 1)
    var first = Slowdowns([all, second], seed: 1, worker: 1)
    #expect(first.next_ns(service_ns: 5_000_000) == 100_000_000)
    var both = Slowdowns([all, second], seed: 1, worker: 2)
    #expect(both.next_ns(service_ns: 5_000_000) == 145_000_000)
    var sometimes = Slowdowns([rare], seed: 1, worker: 1)
    let hits = (0..<10_000).count { _ in sometimes.next_ns(service_ns: 0) > 0 }
    #expect((800...1200).contains(hits))
  }

  @Test("Slowdowns replay from their seed, whatever the model's times are, and differ by worker")
  func replay() {
    let slowdown = Slowdown(probability: 0.3, factor: 2)
    func hits(worker: Int, service_ns: Int64) -> [Bool] {
      var slowdowns = Slowdowns([slowdown], seed: 9, worker: worker)
      return (0..<100).map { _ in slowdowns.next_ns(service_ns: service_ns) > 0 }
    }
    #expect(hits(worker: 1, service_ns: 10) == hits(worker: 1, service_ns: 1000))
    #expect(hits(worker: 1, service_ns: 10) != hits(worker: 2, service_ns: 10))
  }
}
