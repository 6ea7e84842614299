import Serving
import Testing

@testable import Runner

/// Shuffles that end, break and lose their hosts in every order.
@Suite("The course of shuffles")
struct ShuffleTrafficTests {
  private func at(_ ms: Int) -> Instant { Instant(nanoseconds: Int64(ms) * 1_000_000) }

  @Test("a stream has its next shuffle as soon as one is done, in the order of the plan")
  func stream() {
    let plan = ShufflePlan(seed: 5, hosts: 3)
    var traffic = ShuffleTraffic(plan: plan, streams: 1)
    var orders = traffic.begin(at: at(0))
    for index in 0..<10 {
      #expect(orders == [.init(id: index, stream: 0, shuffle: plan.shuffle(index, ofStream: 0))])
      orders = traffic.finish(index, at: at(100 * (index + 1)))
    }
    traffic.end()
    #expect(traffic.finish(10, at: at(5000)).isEmpty)
    #expect(traffic.rows.map(\.ended) == (1...10).map { at(100 * $0) } + [nil])
    #expect(traffic.rows.map(\.started) == (0...10).map { at(100 * $0) })
    #expect(traffic.problems.isEmpty)
  }

  @Test(
    "whatever ends, breaks or is lost, as many are under way as there are streams, between hosts that are left",
    arguments: 1...200 as ClosedRange<UInt64>)
  func hostile(seed: UInt64) {
    var random = Xoshiro256(seed: seed)
    let hosts = Int.random(in: 2...6, using: &random)
    let streams = Int.random(in: 1...8, using: &random)
    var traffic = ShuffleTraffic(plan: ShufflePlan(seed: seed, hosts: hosts), streams: streams)
    var lost: Set<Int> = []
    var running: [Int: ShuffleTraffic.Order] = [:]
    var settled = 0
    func take(_ orders: [ShuffleTraffic.Order]) {
      for order in orders {
        #expect(running[order.id] == nil)
        #expect(!lost.contains(order.shuffle.source) && !lost.contains(order.shuffle.destination), "seed \(seed)")
        running[order.id] = order
      }
    }
    func drop(_ host: Int) {
      lost.insert(host)
      for (id, order) in running where order.shuffle.source == host || order.shuffle.destination == host {
        running[id] = nil
        settled += 1
      }
    }
    take(traffic.begin(at: at(0)))
    for step in 1...60 {
      let now = at(step)
      let id = running.keys.sorted().randomElement(using: &random)
      switch (Int.random(in: 0..<20, using: &random), id) {
      case (0, _):
        let host = Int.random(in: 0..<hosts, using: &random)
        if !lost.contains(host) { drop(host) }
        take(traffic.lose(host, at: now))
      case (1, let id?):
        if let destination = running[id]?.shuffle.destination { drop(destination) }
        take(traffic.fail(id, at: now))
      case (2, _): take(traffic.finish(1_000_000, at: now))
      case (_, let id?):
        running[id] = nil
        settled += 1
        take(traffic.finish(id, at: now))
      case (_, nil): break
      }
      let isPossible = hosts - lost.count >= 2
      #expect(running.count == (isPossible ? streams : 0), "seed \(seed), step \(step)")
      #expect(traffic.problems.isEmpty == isPossible, "seed \(seed), step \(step)")
      #expect(traffic.rows.count == settled)
    }
    traffic.end()
    #expect(traffic.rows.count == settled + running.count)
    #expect(Set(traffic.rows.map { "\($0.stream) \($0.shuffle)" }).count == traffic.rows.count)
    #expect(traffic.lose(0, at: at(99)).isEmpty)
  }

  @Test("a row says from where to where, how much and when, and leaves the end empty where it was cut off")
  func rows() {
    let shuffle = ShufflePlan.Shuffle(source: 1, destination: 0, bytes: 134_217_728)
    let text = ShuffleRecords.text(
      [
        .init(stream: 0, shuffle: shuffle, started: at(1), ended: at(3)),
        .init(stream: 2, shuffle: shuffle, started: at(2), ended: nil),
      ], hosts: ["worker/0", "parity/1"])
    #expect(
      text == """
        stream,from,to,bytes,started_ns,ended_ns
        0,parity/1,worker/0,134217728,1000000,3000000
        2,parity/1,worker/0,134217728,2000000,

        """)
  }
}
