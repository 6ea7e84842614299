import Serving

@testable import Simulation

/// `coded`, worked out a second time and as plainly as can be: no policy, no event queue, no shared code but the draws of
/// service times. At every step the whole state is searched for what happens next.
///
/// Queries take seats in the order of arrival; b seats are a batch, k batches a group, warm-up apart. A full batch is a job
/// of the base pool; a full group has r parity jobs, one a parity pool. Jobs wait in one queue a pool, or are dealt to its
/// instances in turn. A group decodes when the batches whose output is missing are no more than the parity outputs in hand.
struct ReferenceSimulator {
  struct Job {
    var group: Int
    /// The batch of the group; nil: parity.
    var member: Int?
    var pool: Int
  }

  struct Instance {
    var pool: Int
    var queue: [Job] = []
    var job: Job?
    var doneAt: Int64 = 0
    var idleSince = 0
    var serviceTimes: ServiceTimes
  }

  struct Group {
    /// Queries by batch and seat.
    var batches: [[Int]] = []
    var hasOutput: [Bool]
    var parityOutputs = 0
    var isComplete = false
  }

  let k: Int, parities: Int, batchSize: Int, isRoundRobin: Bool, delay: Int64
  var instances: [Instance]
  var queues: [[Job]]
  var turns: [Int]
  var groups: [Group] = []
  /// The group that warm-up fills, and the one that measured queries fill.
  var filling: [Int?] = [nil, nil]
  var completed: [Int64]
  var clock = 0

  init(_ trial: SimulatedTrial) {
    (k, parities, batchSize) = (trial.policy.k, trial.policy.parities, trial.policy.batchSize)
    isRoundRobin = trial.policy.queueMode == .roundRobin
    delay = trial.network.workerDelay_ns
    instances = trial.workers.enumerated().map { number, pool in
      let index = if case .parity(let index) = pool { index + 1 } else { 0 }
      return Instance(
        pool: index,
        serviceTimes: ServiceTimes(
          trial.serviceTimes[pool]?.time ?? ServiceTime(), seed: trial.load.seed, worker: number))
    }
    queues = Array(repeating: [], count: parities + 1)
    turns = Array(repeating: 0, count: parities + 1)
    completed = Array(repeating: -1, count: trial.load.total)
  }

  /// When each query was answered, by its number.
  mutating func run(_ schedule: Schedule) -> [Int64] {
    var next = 0
    while true {
      let arrival = next < completed.count ? schedule.queries[next].offset.nanoseconds : Int64.max
      let busy = instances.indices.filter { instances[$0].job != nil }
      let first = busy.min { instances[$0].doneAt < instances[$1].doneAt }
      if let first, instances[first].doneAt <= arrival {
        finish(first, at: instances[first].doneAt)
      } else if arrival != .max {
        take(next, isWarmup: schedule.queries[next].isWarmup, at: arrival)
        next += 1
        if next == completed.count { for phase in 0...1 { closePartialBatch(phase, at: arrival) } }
      } else {
        return completed
      }
    }
  }

  mutating func take(_ query: Int, isWarmup: Bool, at now: Int64) {
    let phase = isWarmup ? 0 : 1
    if filling[phase] == nil {
      filling[phase] = groups.count
      groups.append(Group(hasOutput: Array(repeating: false, count: k)))
    }
    guard let group = filling[phase] else { return }
    if groups[group].batches.isEmpty || groups[group].batches[groups[group].batches.count - 1].count == batchSize {
      groups[group].batches.append([])
    }
    groups[group].batches[groups[group].batches.count - 1].append(query)
    guard groups[group].batches[groups[group].batches.count - 1].count == batchSize else { return }
    closeBatch(phase, at: now)
  }

  mutating func closePartialBatch(_ phase: Int, at now: Int64) {
    guard let group = filling[phase], let last = groups[group].batches.last, last.count < batchSize else { return }
    closeBatch(phase, at: now)
  }

  mutating func closeBatch(_ phase: Int, at now: Int64) {
    guard let group = filling[phase] else { return }
    place(Job(group: group, member: groups[group].batches.count - 1, pool: 0), at: now)
    guard groups[group].batches.count == k else { return }
    filling[phase] = nil
    groups[group].isComplete = true
    guard isAnyWaiting(group) else { return }
    for parity in 0..<parities { place(Job(group: group, member: nil, pool: parity + 1), at: now) }
  }

  mutating func place(_ job: Job, at now: Int64) {
    let pool = instances.indices.filter { instances[$0].pool == job.pool }
    if isRoundRobin {
      let instance = pool[turns[job.pool] % pool.count]
      turns[job.pool] += 1
      if instances[instance].job == nil {
        start(job, on: instance, at: now)
      } else {
        instances[instance].queue.append(job)
      }
    } else if let idle = pool.filter({ instances[$0].job == nil }).min(by: {
      instances[$0].idleSince < instances[$1].idleSince
    }) {
      start(job, on: idle, at: now)
    } else {
      queues[job.pool].append(job)
    }
  }

  mutating func start(_ job: Job, on instance: Int, at now: Int64) {
    instances[instance].job = job
    instances[instance].doneAt = now + delay + instances[instance].serviceTimes.next_ns() + delay
  }

  mutating func finish(_ instance: Int, at now: Int64) {
    guard let job = instances[instance].job else { return }
    instances[instance].job = nil
    clock += 1
    instances[instance].idleSince = clock
    if let member = job.member {
      groups[job.group].hasOutput[member] = true
      for query in groups[job.group].batches[member] { answer(query, at: now) }
    } else {
      groups[job.group].parityOutputs += 1
    }
    let missing = groups[job.group].hasOutput.count { !$0 }
    if groups[job.group].isComplete, missing <= groups[job.group].parityOutputs {
      // A seat that the last batch of the load leaves empty is coded in no batch.
      let coded = groups[job.group].batches.map(\.count).min() ?? 0
      for batch in groups[job.group].batches { for query in batch.prefix(coded) { answer(query, at: now) } }
    }
    removeIdleWork()
    if isRoundRobin {
      if !instances[instance].queue.isEmpty { start(instances[instance].queue.removeFirst(), on: instance, at: now) }
    } else if !queues[job.pool].isEmpty {
      start(queues[job.pool].removeFirst(), on: instance, at: now)
    }
  }

  mutating func answer(_ query: Int, at now: Int64) { if completed[query] < 0 { completed[query] = now } }

  /// Queued jobs that no query waits for any more.
  mutating func removeIdleWork() {
    let (groups, completed) = (groups, completed)
    func isIdle(_ job: Job) -> Bool {
      let batches = job.member.map { [groups[job.group].batches[$0]] } ?? groups[job.group].batches
      return batches.allSatisfy { $0.allSatisfy { completed[$0] >= 0 } }
    }
    for pool in queues.indices { queues[pool].removeAll(where: isIdle) }
    for instance in instances.indices { instances[instance].queue.removeAll(where: isIdle) }
  }

  func isAnyWaiting(_ group: Int) -> Bool { groups[group].batches.contains { $0.contains { completed[$0] < 0 } } }
}
