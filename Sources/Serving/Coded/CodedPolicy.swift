import DequeModule

/// ParM's serving: batches, coding groups and redundant instances, as one sans-I/O state machine.
///
/// Queries take seats in batches, k consecutive batches make a coding group, each batch is a job of the base pool, and
/// redundancy is further jobs: r parity jobs a group in `coded`, a twin of each batch in `cheap`, a copy of it in `replicated` and `hedged`. Whichever determines
/// a query's output first answers it. The modes that do not code have groups of one batch.
///
/// Tables are keyed by consecutive ids and by arithmetic on them: batch `member` of group `g` is number `g * k + member`
/// and its query at `position` has seat `(g * k + member) * batchSize + position`. A group and all it holds is released at
/// once, when every query of it is answered and none of its jobs is left.
public struct CodedPolicy: ServingPolicy, Sendable {
  public let settings: Settings
  /// Batches in a group: the configured k in `coded`, else 1.
  public let batchesPerGroup: Int
  /// The settings' deadline; in nanoseconds, for a duration takes long to turn into them.
  let deadline_ns: Int64?

  var queries = Window<Query>()
  var groups = Window<Group>()
  var batches = Window<Batch>()
  var seats = Window<QueryID>()
  var jobs = Window<Job>()

  /// Base first, and their queues.
  public let pools: [Pool]
  var queues: [PoolQueue]
  var instances = Window<Instance>()
  /// The group that each phase's queries join.
  var openGroups: [GroupID?] = [nil, nil]
  /// Unanswered queries, and a few answered ones behind them, in order of arrival.
  var deadlines = Deque<(QueryID, at: Instant)>()
  /// Queries that came and have neither a seat nor been withdrawn.
  var unseated = 0
  var isDraining = false
  /// In `hedged`: batches that have no copy yet, by the arrival of their first query, and what is known of latencies.
  var unhedged = Deque<Int>()
  var latencies = RunningQuantile(0.95)
  /// Released by the last event; they stay in the tables until the next, so that its actions can be looked up.
  var releasedGroups: [GroupID] = []

  struct Query: Sendable, BitwiseCopyable {
    enum State { case waiting, answered, withdrawn }
    var phase: Phase
    var arrivedAt: Instant
    var state = State.waiting
    /// nil until its input is at hand.
    var seat: Seat?
  }

  struct Group: Sendable, BitwiseCopyable {
    var phase: Phase
    /// The batch that fills: 0..<k, or k when the group is complete.
    var filling = 0
    /// Positions at which every batch has a query; 0 until the group is complete.
    var codedPositions = 0
    /// Parity outputs in hand, a bit each.
    var parityOutputs: UInt64 = 0
    /// Queued parity jobs are the ids from here, one a parity.
    var firstParityJob: JobID?
    var liveJobs = 0
    var unanswered = 0
    /// No further query joins.
    var isClosed = false
    var isReleased = false
  }

  struct Batch: Sendable, BitwiseCopyable {
    var count = 0
    var unanswered = 0
    var openedAt = Instant(nanoseconds: 0)
    var own: JobID?
    /// The approximate model's job, or the copy on another instance.
    var twin: JobID?
    /// The base model's outputs are in hand.
    var hasOutput = false
  }

  struct Instance: Sendable, BitwiseCopyable {
    var queue: Int
    var job: JobID?
  }

  /// - Precondition: k >= 2, 1 <= parities <= 64, batchSize >= 1.
  public init(_ settings: Settings) {
    precondition(settings.k >= 2 && 1...64 ~= settings.parities && settings.batchSize >= 1, "settings out of range")
    self.settings = settings
    deadline_ns = settings.deadline?.nanoseconds
    batchesPerGroup = settings.mode == .coded ? settings.k : 1
    pools = settings.mode.pools(parities: settings.parities)
    queues = Array(repeating: PoolQueue(mode: settings.queueMode), count: pools.count)
  }

  public mutating func handle(_ event: Event, at now: Instant, into actions: inout [Action]) {
    forgetReleasedGroups()
    switch event {
    case .arrived(let query, let phase): arrive(query, phase, at: now)
    case .ready(let query): seat(query, at: now, into: &actions)
    case .withdrawn(let query): withdraw(query, into: &actions)
    case .joined(let instance, let pool): join(instance, pool, into: &actions)
    case .left(let instance): leave(instance, into: &actions)
    case .finished(let job, let instance): finish(job, by: instance, at: now, into: &actions)
    case .failed(let job, let instance): fail(job, by: instance, into: &actions)
    case .timer: break
    case .drain:
      isDraining = true
      closeWhatIsIncomplete(into: &actions)
    }
    expire(at: now, into: &actions)
  }

  /// The earliest of the oldest query's deadline, the open batches' timeouts and the instant of the next copy.
  public var nextDeadline: Instant? {
    var next = deadlines.first?.at
    if let hedge = nextHedge { next = min(next ?? hedge, hedge) }
    guard settings.batchTimeout != nil else { return next }
    for phase in Phase.allCases {
      guard let timeout = batchTimeout(of: phase) else { continue }
      next = min(next ?? timeout, timeout)
    }
    return next
  }
}
