/// The load of one trial: everything that its schedule depends on.
public struct Load: Equatable, Sendable {
  /// How arrivals are drawn.
  public enum Process: Equatable, Sendable {
    case poisson
    case uniform
    case trace(Trace)
  }

  public var seed: UInt64
  /// Queries/s of all clients together, > 0; a trace has its own rate.
  public var rate_per_s: Double
  /// Clients that share the load evenly, >= 1.
  public var clients: Int
  /// Queries sent in all, warm-up included.
  public var total: Int
  /// How many of them, at the front, are warm-up.
  public var warmup: Int
  public var process: Process
  /// Samples that the payload offers, >= 1.
  public var samples: Int

  public init(
    seed: UInt64, rate_per_s: Double, clients: Int = 1, total: Int, warmup: Int = 0, process: Process = .poisson,
    samples: Int
  ) {
    self.seed = seed
    self.rate_per_s = rate_per_s
    self.clients = clients
    self.total = total
    self.warmup = warmup
    self.process = process
    self.samples = samples
  }

  /// How many queries a client sends: an even share, the remainder by the first clients.
  public func count(ofClient client: Int) -> Int {
    total / clients + (client < total % clients ? 1 : 0)
  }

  /// From the start of the schedule to its last query: `Schedule(self).queries.last`, without keeping the others. A trace
  /// that is too short ends with its last arrival.
  public var length: Duration {
    (0..<clients).reduce(.zero) { longest, client in
      var arrivals = arrivals(ofClient: client)
      var last = Duration.zero
      for _ in 0..<count(ofClient: client) { last = arrivals.next() ?? last }
      return max(longest, last)
    }
  }

  /// A client's own arrivals: `rate/clients` as a real number, from a random stream of its own. Evenly spaced clients
  /// take turns, so that all together are evenly spaced too.
  func arrivals(ofClient client: Int) -> any Arrivals {
    let share_per_s = rate_per_s / Double(clients)
    return switch process {
    case .poisson: Poisson(rate_per_s: share_per_s, seed: seed, stream: UInt64(client))
    case .uniform: Uniform(rate_per_s: share_per_s, first_s: Double(client) / rate_per_s)
    case .trace(let trace): trace.share(of: client, clients: clients)
    }
  }

  /// The sample that a query carries: uniform over the payload, decided by the query's number alone, so that it does not
  /// depend on which client sends it.
  func sample(ofQuery query: Int) -> Int {
    // A stream that no client draws its arrivals from.
    var random = SplitMix64(seed: seed ^ 0x7061_796c_6f61_6473)
    var hash = SplitMix64(seed: random.next() &+ UInt64(query))
    return Int(hash.next().multipliedFullWidth(by: UInt64(samples)).high)
  }
}
