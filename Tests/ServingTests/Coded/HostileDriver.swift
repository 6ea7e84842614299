@testable import Serving

/// Drives a `CodedPolicy` through a random schedule of arrivals, finishes, losses, returns, late and repeated messages,
/// carries out its actions with a linear model, and checks every promise of the policy after every event.
struct HostileDriver {
  let seed: UInt64
  private(set) var settings: CodedPolicy.Settings
  var policy: CodedPolicy
  var random: SplitMix64
  var now = Instant(nanoseconds: 1_000)
  var actions: [CodedPolicy.Action] = []

  let weights: [[Double]]
  var inputs: [[Double]] = []
  var phases: [Phase] = []
  var arrivals: [Instant] = []
  var answers: [AnswerSource?] = []
  var withdrawn: Set<QueryID> = []
  var seated: Set<QueryID> = []
  var released: Set<QueryID> = []
  var pending: [QueryID] = []

  var outputs: [QueryID: [Double]] = [:]
  var paritySums: [ParityKey: [Double]] = [:]
  var parityOutputs: [ParityKey: [Double]] = [:]
  var groupPhase: [GroupID: Phase] = [:]

  var alive: [InstanceID: (pool: Pool, job: JobID?)] = [:]
  var instancesSoFar = 0
  var dispatched: Set<JobID> = []
  var requeued: Set<JobID> = []
  var over: Set<JobID> = []
  var reconstructions = 0
  var requeues = 0
  var failures = 0

  struct ParityKey: Hashable {
    var group: GroupID
    var index: Int
    var position: Int
  }

  init(seed: UInt64) {
    self.seed = seed
    var random = SplitMix64(seed: seed)
    settings = CodedPolicy.Settings(
      mode: RedundancyMode.allCases.randomElement(using: &random) ?? .coded,
      queueMode: Bool.random(using: &random) ? .singleQueue : .roundRobin,
      k: .random(in: 2...5, using: &random), parities: .random(in: 1...3, using: &random),
      batchSize: .random(in: 1...4, using: &random),
      deadline: Bool.random(using: &random) ? .nanoseconds(Int.random(in: 100...2000, using: &random)) : nil,
      batchTimeout: Int.random(in: 0..<4, using: &random) == 0 ? .nanoseconds(50) : nil)
    policy = CodedPolicy(settings)
    weights = (0..<3).map { _ in (0..<4).map { _ in Double.random(in: -1...1, using: &random) } }
    self.random = random
  }

  mutating func run(steps: Int) {
    for _ in 0..<steps { step() }
    drainToTheEnd()
  }

  // MARK: The schedule

  mutating func step() {
    now = now + .nanoseconds(Int.random(in: 0...30, using: &random))
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<35: arrive()
    case 35..<60: makeReady()
    case 60..<63: withdrawPending()
    case 63..<85: finishSomething()
    case 85..<87: failSomething()
    case 87..<91: joinSomewhere()
    case 91..<94: loseSomething()
    case 94..<97: repeatSomething()
    default:
      if let deadline = policy.nextDeadline, deadline > now { now = deadline }
      send(.timer)
    }
  }

  mutating func arrive() {
    let query = QueryID(inputs.count)
    inputs.append((0..<4).map { _ in Double.random(in: -10...10, using: &random) })
    phases.append(Bool.random(using: &random) ? .warmup : .measured)
    arrivals.append(now)
    answers.append(nil)
    pending.append(query)
    send(.arrived(query, phases[query.number]))
  }

  mutating func makeReady() {
    guard let query = takePending() else { return }
    seated.insert(query)
    send(.ready(query))
  }

  mutating func withdrawPending() {
    guard let query = takePending() else { return }
    withdrawn.insert(query)
    send(.withdrawn(query))
  }

  mutating func takePending() -> QueryID? {
    guard !pending.isEmpty else { return nil }
    // Inputs are decoded in parallel: they become ready nearly in the order of arrival.
    return pending.remove(at: Int.random(in: 0..<min(3, pending.count), using: &random))
  }

  mutating func finishSomething() {
    guard let (instance, job) = busy() else { return }
    store(job, withdrawing: Int.random(in: 0..<20, using: &random) == 0)
    alive[instance]?.job = nil
    over.insert(job)
    send(.finished(job, by: instance))
  }

  mutating func failSomething() {
    guard let (instance, job) = busy() else { return }
    if let content = policy.job(job), content.kind == .own, Bool.random(using: &random) { withdrawAll(of: content) }
    alive[instance]?.job = nil
    over.insert(job)
    send(.failed(job, by: instance))
  }

  func busyInstances() -> [(InstanceID, JobID)] {
    alive.compactMap { instance, state in state.job.map { (instance, $0) } }.sorted { $0.0 < $1.0 }
  }

  mutating func busy() -> (InstanceID, JobID)? { busyInstances().randomElement(using: &random) }

  mutating func joinSomewhere() {
    guard alive.count < 12, let pool = pools.randomElement(using: &random) else { return }
    join(pool)
  }

  mutating func join(_ pool: Pool) {
    let instance = InstanceID(instancesSoFar)
    instancesSoFar += 1
    alive[instance] = (pool, nil)
    send(.joined(instance, pool))
  }

  var pools: [Pool] {
    [.base, .base, .base] + (0..<3).map { Pool.parity($0) }.filter { policy.serves($0) }
      + [.approximate].filter { policy.serves($0) }
  }

  mutating func loseSomething() {
    guard let instance = alive.keys.sorted().randomElement(using: &random) else { return }
    alive[instance] = nil
    send(.left(instance))
  }

  /// Messages that come twice, too late, or from instances that are gone.
  mutating func repeatSomething() {
    let job = JobID(Int.random(in: 0...(policy.jobs.end + 1), using: &random))
    let instance = InstanceID(Int.random(in: 0...(instancesSoFar + 1), using: &random))
    guard alive[instance]?.job != job else { return }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: send(.finished(job, by: instance))
    case 1: send(.failed(job, by: instance))
    case 2: if alive[instance] == nil { send(.left(instance)) }
    case 3: if let query = seated.sorted().randomElement(using: &random) { send(.ready(query)) }
    default: if let query = withdrawn.sorted().randomElement(using: &random) { send(.withdrawn(query)) }
    }
  }

  /// The trial drains: every input is decoded, every pool has an instance, every job is finished.
  mutating func drainToTheEnd() {
    send(.drain)
    while !pending.isEmpty { makeReady() }
    for pool in Set(pools).sorted(by: { "\($0)" < "\($1)" }) { join(pool) }
    while let (instance, job) = busyInstances().first {
      now = now + .nanoseconds(1)
      store(job, withdrawing: false)
      alive[instance]?.job = nil
      over.insert(job)
      send(.finished(job, by: instance))
    }
    send(.timer)
    for query in inputs.indices.map({ QueryID($0) }) where !withdrawn.contains(query) {
      check(answers[query.number] != nil, "\(query) was never answered")
    }
    check(released.count == inputs.count, "\(inputs.count - released.count) queries are never released")
    check(policy.queries.count + policy.groups.count + policy.batches.count == 0, "tables are not empty")
    check(policy.seats.count + policy.jobs.count == 0, "seats or jobs are left")
    check(paritySums.isEmpty && parityOutputs.isEmpty, "parity queries of a group are never freed")
    check(policy.nextDeadline == nil, "a deadline is left")
    for queue in policy.queues { check(queue.waiting == 0, "a queue counts work that is not there") }
  }
}
