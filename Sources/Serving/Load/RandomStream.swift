/// What random numbers are drawn for, beside arrivals. Each has a stream of its own, apart from those of other workers and
/// of the clients, whose streams are their numbers: drawing more of one thing changes nothing else.
public enum RandomStream: UInt64, Sendable {
  case serviceTimes = 1
  case slowdowns = 2
  /// Of network shuffles, in a simulation.
  case shuffles = 3
  /// Of the second tenant's instance on a host, in a simulation: its arrivals and its service times.
  case tenantArrivals = 4
  case tenantServiceTimes = 5

  /// - Parameter worker: its number in the experiment, 0..<2^32.
  public func generator(seed: UInt64, worker: Int = 0) -> Xoshiro256 {
    Xoshiro256(seed: seed, stream: rawValue << 32 | UInt64(UInt32(truncatingIfNeeded: worker)))
  }
}
