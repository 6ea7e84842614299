import Serving

/// A worker and its link, as they are at an instant of virtual time.
struct SimulatedWorker {
  let pool: Pool
  private var serviceTimes: ServiceTimes
  /// nil: none applies to it.
  private var slowdowns: Slowdowns?
  private var tenant: Tenant?
  /// Whether there are any: to ask the optional itself would copy what is in it.
  private let isSlowed: Bool
  private let hasTenant: Bool

  /// Its stay with the policy; nil while the policy does not know it.
  var instance: InstanceID?
  /// The event that brings the outputs of the job that the policy thinks it has; 0: none is on its way.
  var outputs: UInt64 = 0

  // What follows is for trials with faults and shuffles alone.

  var isAlive = true
  var isPaused = false
  var isCut = false
  var silentSince_ns: Int64?
  var addedDelay_ns: Int64 = 0
  var factor = 1.0
  /// When its model is done with everything it has been given.
  var freeAt_ns: Int64 = 0
  var work: Work?
  /// A job that a cut keeps from it, and outputs that a cut keeps from the frontend.
  var undelivered: Delivery?
  var heldOutputs_bytes: Int?
  /// The stay that ends when the frontend sees its link closed.
  var closing: InstanceID?
  /// The event at which one that was killed is back, and when that is; 0: it is not started again, or stands still.
  var start: UInt64 = 0
  var startsAt_ns: Int64 = 0
  /// What is left of its start while it stands still in the midst of it.
  var heldStart_ns: Int64?

  /// What its model does.
  struct Work {
    var delivery: Delivery
    var start_ns: Int64
    var left_ns: Int64
    /// The event at its end; 0 while it stands still.
    var end: UInt64 = 0
    /// Whether the frontend still waits for it.
    var isWanted = true
  }

  /// A job as it travels.
  struct Delivery {
    var input_bytes: Int
    var output_bytes: Int
  }

  /// Whether it has a process, be it one that is still starting.
  var isRunning: Bool { isAlive || start != 0 || heldStart_ns != nil }

  var isSilent: Bool { isPaused || isCut }

  init(pool: Pool, serviceTimes: ServiceTimes, slowdowns: Slowdowns?, tenant: Tenant?) {
    (self.pool, self.serviceTimes, self.slowdowns, self.tenant) = (pool, serviceTimes, slowdowns, tenant)
    (isSlowed, hasTenant) = (slowdowns != nil, tenant != nil)
  }

  /// When it is done with the next batch, which it begins at `start_ns`.
  mutating func end(ofBatchFrom start_ns: Int64) -> Int64 {
    let service_ns = nextService_ns()
    guard hasTenant else { return start_ns + service_ns }
    return tenant?.end(ofWork: service_ns, from: start_ns) ?? start_ns + service_ns
  }

  /// How long its model takes for the next batch.
  private mutating func nextService_ns() -> Int64 {
    var service_ns = serviceTimes.next_ns()
    if isSlowed { service_ns += slowdowns?.next_ns(service_ns: service_ns) ?? 0 }
    if factor != 1 { service_ns = Int64(min(Double(service_ns) * factor, 1e18)) }
    return service_ns
  }
}
