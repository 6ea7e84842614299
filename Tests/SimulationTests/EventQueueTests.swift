import Serving
import Testing

@testable import Simulation

@Suite("The event queue")
struct EventQueueTests {
  @Test("gives events in the order of time, those of one instant in the order of their addition")
  func order() {
    for seed in 0..<200 as Range<UInt64> {
      var random = Xoshiro256(seed: seed)
      var queue = EventQueue()
      var expected: [(time_ns: Int64, index: Int)] = []
      var added = 0
      for _ in 0..<300 {
        if random.next() % 3 > 0 {
          let time_ns = Int64(random.next() % 20)
          queue.add(.outputs, added, at: time_ns)
          // Stable: behind all of the same instant.
          expected.insert((time_ns, added), at: expected.firstIndex { $0.time_ns > time_ns } ?? expected.count)
          added += 1
        } else {
          #expect(queue.nextTime_ns == expected.first?.time_ns ?? .max, "seed \(seed)")
          let first = queue.removeFirst()
          #expect(first?.time_ns == expected.first?.time_ns && first?.index == expected.first?.index, "seed \(seed)")
          if !expected.isEmpty { expected.removeFirst() }
        }
      }
      while let first = queue.removeFirst() {
        #expect(first.index == expected.removeFirst().index, "seed \(seed)")
        #expect(first.kind == .outputs)
      }
      #expect(expected.isEmpty)
    }
  }
}
