import Serving

/// A worker and its link, as they are at an instant of virtual time.
struct SimulatedWorker {
  let pool: Pool
  var serviceTimes: ServiceTimes
  /// nil: none applies to it.
  var slowdowns: Slowdowns?
  var tenant: Tenant?

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
  /// The event at which one that was killed is back; 0: it is not started again.
  var start: UInt64 = 0

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

  var isSilent: Bool { isPaused || isCut }

  init(pool: Pool, serviceTimes: ServiceTimes, slowdowns: Slowdowns?) {
    (self.pool, self.serviceTimes, self.slowdowns) = (pool, serviceTimes, slowdowns)
  }

  /// How long its model takes for the next batch.
  mutating func nextService_ns() -> Int64 {
    var service_ns = serviceTimes.next_ns()
    if factor != 1 { service_ns = Int64(min(Double(service_ns) * factor, 1e18)) }
    if slowdowns != nil { service_ns += slowdowns?.next_ns(service_ns: service_ns) ?? 0 }
    return service_ns
  }
}
