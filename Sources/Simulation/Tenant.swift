import Serving

/// The second tenant's instance on a worker's host: one queue of its own, first come, first served.
///
/// While it is at work, the worker beside it has half of the host. The tenant is not slowed in turn.
struct Tenant {
  private var arrivals: Poisson
  private var serviceTimes: ServiceTimes
  private var nextArrival_ns: Int64
  /// The time at work that is looked at, and when the next one begins, if it does not touch this one.
  private var start_ns: Int64 = 0
  private var end_ns: Int64 = 0

  /// The worker's share while the tenant is at work.
  private static let share = 0.5
  /// A tenant that is offered more than it can do is at work for ever; its time is looked at in parts.
  private static let part_ns: Int64 = 10_000_000_000

  init(rate_per_s: Double, service: ServiceModel, seed: UInt64, host: Int) {
    let stream = RandomStream.tenantArrivals.rawValue << 32 | UInt64(UInt32(truncatingIfNeeded: host))
    arrivals = Poisson(rate_per_s: rate_per_s, seed: seed, stream: stream)
    serviceTimes = ServiceTimes(
      service.time, empirical_ms: service.empirical_ms,
      random: RandomStream.tenantServiceTimes.generator(seed: seed, worker: host))
    nextArrival_ns = 0
    nextArrival_ns = arrivals.next()?.nanoseconds ?? .max
    goOn()
  }

  /// When a worker is done that begins at `start_ns` with what would take `work_ns` on a host of its own.
  /// - Parameter start_ns: never less than in the call before.
  mutating func end(ofWork work_ns: Int64, from start_ns: Int64) -> Int64 {
    while end_ns <= start_ns { goOn() }
    var busy = self
    var (now, left) = (start_ns, Double(work_ns))
    while true {
      let free = Double(max(0, busy.start_ns - now))
      if left <= free { return now + Int64(left) }
      left -= free
      now = max(now, busy.start_ns)
      let shared = Double(busy.end_ns - now)
      if left <= shared * Tenant.share { return now + Int64(left / Tenant.share) }
      left -= shared * Tenant.share
      now = busy.end_ns
      busy.goOn()
    }
  }

  /// Goes on to the next time at work: from an arrival to the end of all that has queued up behind it, or a part of that.
  private mutating func goOn() {
    start_ns = max(nextArrival_ns, end_ns)
    end_ns = start_ns
    repeat {
      end_ns += serviceTimes.next_ns()
      nextArrival_ns = max(nextArrival_ns, arrivals.next()?.nanoseconds ?? .max)
    } while nextArrival_ns <= end_ns && end_ns - start_ns < Tenant.part_ns
  }
}
