import Serving
import Testing

@testable import Client

@Suite("Which connection a query takes")
struct ConnectionPoolTests {
  /// A pool with so many idle connections, numbered from 0 in the order in which they opened.
  private func pool(idle: Int, limit: Int = 1000) -> ConnectionPool {
    var pool = ConnectionPool(limit: limit)
    for _ in 0..<idle { _ = pool.available(pool.startOpening()) }
    return pool
  }

  @Test("The connection that fell idle last is taken first")
  func lastInFirstOut() {
    var pool = pool(idle: 3)
    #expect(pool.take(0) == 2)
    #expect(pool.take(1) == 1)
    #expect(pool.available(2) == nil)
    #expect(pool.take(2) == 2)
    #expect((pool.idle, pool.busy) == (1, 2))
  }

  @Test("Where none is idle, a query waits; the first to wait takes the first that is available")
  func waiting() {
    var pool = pool(idle: 0)
    #expect(pool.take(7) == nil)
    #expect(pool.take(8) == nil)
    let opening = pool.connectionsToOpen()
    #expect(opening.count >= 2)
    #expect(pool.available(opening[1]) == 7)
    #expect(pool.available(opening[0]) == 8)
    #expect(pool.waitingQueries == 0)
  }

  @Test("Each query that waits has a connection opened for it, and a reserve is opened besides")
  func opening() {
    var pool = pool(idle: 0)
    for query in 0..<50 { _ = pool.take(query) }
    let opening = pool.connectionsToOpen()
    #expect(opening.count >= 50)
    #expect(pool.connectionsToOpen().count <= ConnectionPool.openingAhead)
    for id in opening { _ = pool.available(id) }
    #expect(pool.waitingQueries == 0)
  }

  @Test("The reserve is restored a few connections at a time, until it is complete")
  func reserve() {
    var pool = pool(idle: 100)
    for query in 0..<100 { _ = pool.take(query) }
    var rounds = 0
    while case let opening = pool.connectionsToOpen(), !opening.isEmpty {
      rounds += 1
      #expect(opening.count <= ConnectionPool.openingAhead)
      for id in opening { _ = pool.available(id) }
    }
    #expect(pool.idle == pool.reserve)
    #expect(rounds > 1)
    #expect(pool.connectionsToOpen(withReserve: false).isEmpty)
  }

  @Test("A connection that closed while idle is not handed out")
  func closedWhileIdle() {
    var pool = pool(idle: 2)
    pool.closed(1)
    pool.closed(1)
    #expect(pool.take(0) == 0)
    #expect(pool.take(1) == nil)
    #expect((pool.idle, pool.busy, pool.waitingQueries) == (0, 1, 1))
  }

  @Test("No more connections than the limit are opened; queries wait for those there are")
  func limit() {
    var pool = pool(idle: 0, limit: 5)
    for query in 0..<20 { _ = pool.take(query) }
    let opening = pool.connectionsToOpen()
    #expect(opening.count == 5)
    #expect(pool.connectionsToOpen().isEmpty)
    for (index, id) in opening.enumerated() { #expect(pool.available(id) == index) }
    #expect(pool.available(opening[3]) == 5)
  }

  @Test("Whatever happens, no connection carries two queries, no query two connections, and first come is first served")
  func random() {
    let seed = UInt64.random(in: .min ... .max)
    var random = Xoshiro256(seed: seed)
    for _ in 0..<50 {
      var pool = ConnectionPool(limit: Int.random(in: 1...30, using: &random))
      var opening: Set<Int> = []
      var busy: [Int: Int] = [:]
      var idle: Set<Int> = []
      var lastHandedOut = -1
      for query in 0..<200 {
        func carry(_ query: Int, on id: Int) {
          #expect(busy[id] == nil, "seed \(seed)")
          #expect(query == lastHandedOut + 1, "seed \(seed)")
          lastHandedOut = query
          busy[id] = query
          idle.remove(id)
          opening.remove(id)
        }
        if let id = pool.take(query) {
          #expect(idle.contains(id), "seed \(seed)")
          carry(query, on: id)
        } else {
          #expect(idle.isEmpty || pool.waitingQueries > 0, "seed \(seed)")
        }
        opening.formUnion(pool.connectionsToOpen(withReserve: Bool.random(using: &random)))
        for id in opening.union(busy.keys).union(idle).sorted() {
          switch Int.random(in: 0..<10, using: &random) {
          case 0:
            pool.closed(id)
            (opening, idle) = (opening.subtracting([id]), idle.subtracting([id]))
            busy[id] = nil
          case 1...3 where !idle.contains(id):
            busy[id] = nil
            if let next = pool.available(id) {
              carry(next, on: id)
            } else {
              opening.remove(id)
              idle.insert(id)
            }
          default: break
          }
        }
        #expect((pool.idle, pool.opening, pool.busy) == (idle.count, opening.count, busy.count), "seed \(seed)")
        #expect(idle.isEmpty || pool.waitingQueries == 0, "seed \(seed)")
        #expect(pool.open + pool.opening <= pool.limit, "seed \(seed)")
      }
    }
  }
}
