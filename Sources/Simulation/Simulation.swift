import Serving

/// A trial in virtual time: the policy that the frontend runs, driven by a schedule and by modelled workers and network.
///
/// Nothing in it knows the time of day or draws a number that does not come from the trial's seed.
public struct Simulation {
  let trial: SimulatedTrial
  var policy: CodedPolicy
  var actions: [CodedPolicy.Action] = []
  var events = EventQueue()
  var workers: [SimulatedWorker]
  /// The worker of each stay with the policy, by the number of the stay.
  var workerOfInstance: ContiguousArray<Int32> = []
  var shuffles: Shuffles?
  /// Whether a worker's outputs come at an instant that is known when it gets its job: nothing can happen in between.
  let isDirect: Bool

  /// The number in the schedule of each query that the policy knows, by its id there.
  var numbers: ContiguousArray<Int32> = []
  var inFlight = 0
  var outcome: SimulationOutcome

  /// Runs a trial to its end: every query is answered or refused, or nothing is left that could answer it, and no job is left.
  /// - Parameter isCancelled: asked now and then; the simulation then throws.
  /// - Throws: `Schedule.TraceTooShort`; `CancellationError`.
  public static func run(
    _ trial: SimulatedTrial, isCancelled: () -> Bool = { false }
  ) throws -> SimulationOutcome {
    var simulation = Simulation(trial, schedule: try Schedule(trial.load))
    try simulation.run(isCancelled)
    return simulation.outcome
  }

  /// - Precondition: fewer than 2^24 workers and faults, fewer than 2^31 queries; workers of faults exist.
  init(_ trial: SimulatedTrial, schedule: Schedule) {
    precondition(
      trial.workers.count <= EventQueue.maximumIndex && trial.faults.count <= EventQueue.maximumIndex
        && trial.load.total <= Int32.max && trial.faults.allSatisfy { trial.workers.indices.contains($0.worker) },
      "a simulation out of range")
    self.trial = trial
    policy = CodedPolicy(trial.policy)
    let tenants = Simulation.tenants(trial)
    workers = trial.workers.enumerated().map { number, pool in
      let service = trial.serviceTimes[pool] ?? ServiceModel(ServiceTime(kind: .constant, median_ms: 0))
      let applying = trial.slowdowns.filter { $0.applies(to: number) }
      return SimulatedWorker(
        pool: pool,
        serviceTimes: ServiceTimes(
          service.time, empirical_ms: service.empirical_ms, seed: trial.load.seed, worker: number),
        slowdowns: applying.isEmpty ? nil : Slowdowns(applying, seed: trial.load.seed, worker: number),
        tenant: tenants[number])
    }
    if case .shuffles(let count, let hosts) = trial.background, count > 0 {
      shuffles = Shuffles(
        count: count, hosts: max(hosts, trial.workers.count), link_bytes_per_s: trial.network.link_bytes_per_s,
        seed: trial.load.seed)
    }
    isDirect = shuffles == nil && trial.faults.isEmpty
    outcome = SimulationOutcome(
      schedule: schedule, queries: ContiguousArray(repeating: SimulatedQuery(), count: schedule.queries.count),
      codes: [])
    numbers.reserveCapacity(schedule.queries.count)
  }

  /// The second tenant's instances, by the worker beside them.
  private static func tenants(_ trial: SimulatedTrial) -> [Int: Tenant] {
    guard case .tenant(let instances, let hosts, let rate_per_s, let service) = trial.background, instances > 0 else {
      return [:]
    }
    let tenantHosts = BackgroundModel.tenantHosts(instances: instances, hosts: max(hosts, trial.workers.count))
    return tenantHosts.reduce(into: [:]) { tenants, host in
      tenants[host] = Tenant(
        rate_per_s: rate_per_s / Double(tenantHosts.count), service: service, seed: trial.load.seed, host: host)
    }
  }

  // MARK: Time

  private mutating func run(_ isCancelled: () -> Bool) throws {
    for number in workers.indices { join(number, at: 0) }
    for (index, fault) in trial.faults.enumerated() { events.add(.fault, index, at: fault.time_ns) }
    if let end_ns = shuffles?.nextEnd_ns, end_ns != .max { events.add(.shuffle, 0, at: end_ns) }

    let count = outcome.schedule.queries.count
    var (next, steps) = (0, 0)
    var arrival_ns = arrivalTime_ns(of: next)
    while true {
      steps &+= 1
      if steps & 0xffff == 0, isCancelled() { throw CancellationError() }
      if next == count, inFlight == 0, policy.jobsInProgress == 0 { return }
      let event_ns = events.nextTime_ns
      let deadline_ns = policy.nextDeadline?.nanoseconds ?? .max
      if event_ns <= arrival_ns, event_ns <= deadline_ns {
        guard let event = events.removeFirst() else { return }
        happen(event)
      } else if arrival_ns <= deadline_ns {
        arrive(next, at: arrival_ns)
        next += 1
        if next == count { submit(.drain, at: arrival_ns) }
        arrival_ns = arrivalTime_ns(of: next)
      } else {
        submit(.timer, at: deadline_ns)
      }
    }
  }

  /// When a query reaches the frontend; `Int64.max` behind the last.
  private func arrivalTime_ns(of number: Int) -> Int64 {
    guard number < outcome.schedule.queries.count else { return .max }
    return outcome.schedule.queries[number].offset.nanoseconds + trial.network.clientDelay_ns
  }

  private mutating func happen(_ event: EventQueue.Entry) {
    let now_ns = event.time_ns
    switch event.kind {
    case .workEnded: endWork(of: event.index, event.key, at: now_ns)
    case .outputs: takeOutputs(of: event.index, event.key, at: now_ns)
    case .closed: close(event.index, at: now_ns)
    case .silence: hearNothing(from: event.index, at: now_ns)
    case .joined:
      if workers[event.index].isAlive || workers[event.index].start == event.key { join(event.index, at: now_ns) }
    case .fault: strike(event.index, at: now_ns)
    case .shuffle:
      shuffles?.advance()
      if let end_ns = shuffles?.nextEnd_ns, end_ns != .max { events.add(.shuffle, 0, at: end_ns) }
    }
  }

  // MARK: Queries

  private mutating func arrive(_ number: Int, at now_ns: Int64) {
    guard inFlight < trial.maxInFlight else {
      outcome.queries[number].source = .failed
      outcome.queries[number].completed_ns = now_ns
      return
    }
    let query = QueryID(numbers.count)
    numbers.append(Int32(truncatingIfNeeded: number))
    inFlight += 1
    submit(.arrived(query, number < trial.load.warmup ? .warmup : .measured), at: now_ns)
    submit(.ready(query), at: now_ns)
  }

  mutating func complete(_ query: QueryID, _ source: AnswerSource, at now_ns: Int64) {
    let number = Int(numbers[query.number])
    guard outcome.queries[number].source == nil else { return }
    outcome.queries[number].source = source
    outcome.queries[number].completed_ns = now_ns
    inFlight -= 1
  }

  // MARK: The policy

  /// Gives the policy one event and carries out what it decides.
  mutating func submit(_ event: CodedPolicy.Event, at now_ns: Int64) {
    policy.handle(event, at: Instant(nanoseconds: now_ns), into: &actions)
    var index = 0
    while index < actions.count {
      carryOut(actions[index], at: now_ns)
      index += 1
    }
    actions.removeAll(keepingCapacity: true)
  }
}
