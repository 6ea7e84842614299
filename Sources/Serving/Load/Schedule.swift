/// What is sent when, by whom, of a whole trial: drawn up front from the load, the same on every machine.
public struct Schedule: Equatable, Sendable {
  public struct Query: Equatable, Sendable {
    /// Its number: from 0, in the order of time over all clients.
    public var query: Int
    /// Who sends it.
    public var client: Int
    /// When it is sent, from the start of the schedule.
    public var offset: Duration
    /// Which sample of the payload it carries.
    public var sample: Int
    /// Sent to warm the system and not measured.
    public var isWarmup: Bool
  }

  /// In the order of time; of those at the same instant, the lower client's first.
  public let queries: [Query]

  /// - Throws: `TraceTooShort` if the load is a trace with fewer arrivals than queries.
  public init(_ load: Load) throws(TraceTooShort) {
    var sends: [(offset_ns: Int64, client: Int, index: Int)] = []
    sends.reserveCapacity(load.total)
    for client in 0..<load.clients {
      var arrivals = load.arrivals(ofClient: client)
      for index in 0..<load.count(ofClient: client) {
        guard let offset = arrivals.next() else { break }
        sends.append((offset.nanoseconds, client, index))
      }
    }
    guard sends.count == load.total else { throw TraceTooShort(arrivals: sends.count, queries: load.total) }
    sends.sort { ($0.offset_ns, $0.client, $0.index) < ($1.offset_ns, $1.client, $1.index) }
    queries = sends.enumerated().map { query, send in
      Query(
        query: query, client: send.client, offset: .nanoseconds(send.offset_ns), sample: load.sample(ofQuery: query),
        isWarmup: query < load.warmup)
    }
  }

  /// What one client sends, in the order of time.
  public func schedule(forClient client: Int) -> [Query] { queries.filter { $0.client == client } }

  /// The trace ends before the trial does.
  public struct TraceTooShort: Error, Equatable, CustomStringConvertible {
    public var arrivals: Int
    public var queries: Int
    public var description: String { "the trace has \(arrivals) arrivals, the trial sends \(queries) queries" }
  }
}
