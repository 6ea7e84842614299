import Testing

@testable import Serving

/// Drives a `CodedPolicy` through a random schedule of arrivals, finishes, losses, returns, late and repeated messages,
/// carries out its actions with a linear model, and checks every promise of the policy after every event.
struct HostileDriver {
  let seed: UInt64
  private(set) var settings: CodedPolicy.Settings
  private var policy: CodedPolicy
  private var random: SplitMix64
  private var now = Instant(nanoseconds: 1_000)
  private var actions: [CodedPolicy.Action] = []

  private let weights: [[Double]]
  private var inputs: [[Double]] = []
  private var phases: [Phase] = []
  private var arrivals: [Instant] = []
  private var answers: [AnswerSource?] = []
  private var withdrawn: Set<QueryID> = []
  private var seated: Set<QueryID> = []
  private var released: Set<QueryID> = []
  private var pending: [QueryID] = []

  private var outputs: [QueryID: [Double]] = [:]
  private var paritySums: [ParityKey: [Double]] = [:]
  private var parityOutputs: [ParityKey: [Double]] = [:]
  private var groupPhase: [GroupID: Phase] = [:]

  private var alive: [InstanceID: (pool: Pool, job: JobID?)] = [:]
  private var instancesSoFar = 0
  private var dispatched: Set<JobID> = []
  private var requeued: Set<JobID> = []
  private var over: Set<JobID> = []
  private(set) var reconstructions = 0
  private(set) var requeues = 0

  private struct ParityKey: Hashable {
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

  private mutating func step() {
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

  private mutating func arrive() {
    let query = QueryID(inputs.count)
    inputs.append((0..<4).map { _ in Double.random(in: -10...10, using: &random) })
    phases.append(Bool.random(using: &random) ? .warmup : .measured)
    arrivals.append(now)
    answers.append(nil)
    pending.append(query)
    send(.arrived(query, phases[query.number]))
  }

  private mutating func makeReady() {
    guard let query = takePending() else { return }
    seated.insert(query)
    send(.ready(query))
  }

  private mutating func withdrawPending() {
    guard let query = takePending() else { return }
    withdrawn.insert(query)
    send(.withdrawn(query))
  }

  private mutating func takePending() -> QueryID? {
    guard !pending.isEmpty else { return nil }
    // Inputs are decoded in parallel: they become ready nearly in the order of arrival.
    return pending.remove(at: Int.random(in: 0..<min(3, pending.count), using: &random))
  }

  private mutating func finishSomething() {
    guard let (instance, job) = busy() else { return }
    store(job, withdrawing: Int.random(in: 0..<20, using: &random) == 0)
    alive[instance]?.job = nil
    over.insert(job)
    send(.finished(job, by: instance))
  }

  private mutating func failSomething() {
    guard let (instance, job) = busy() else { return }
    if let content = policy.job(job), content.kind == .own { withdrawAll(of: content) }
    alive[instance]?.job = nil
    over.insert(job)
    send(.failed(job, by: instance))
  }

  private func busyInstances() -> [(InstanceID, JobID)] {
    alive.compactMap { instance, state in state.job.map { (instance, $0) } }.sorted { $0.0 < $1.0 }
  }

  private mutating func busy() -> (InstanceID, JobID)? { busyInstances().randomElement(using: &random) }

  private mutating func joinSomewhere() {
    guard alive.count < 12, let pool = pools.randomElement(using: &random) else { return }
    join(pool)
  }

  private mutating func join(_ pool: Pool) {
    let instance = InstanceID(instancesSoFar)
    instancesSoFar += 1
    alive[instance] = (pool, nil)
    send(.joined(instance, pool))
  }

  private var pools: [Pool] {
    [.base, .base, .base] + (0..<3).map { Pool.parity($0) }.filter { policy.serves($0) }
      + [.approximate].filter { policy.serves($0) }
  }

  private mutating func loseSomething() {
    guard let instance = alive.keys.sorted().randomElement(using: &random) else { return }
    alive[instance] = nil
    send(.left(instance))
  }

  /// Messages that come twice, too late, or from instances that are gone.
  private mutating func repeatSomething() {
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
  private mutating func drainToTheEnd() {
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

  // MARK: Carrying out actions

  private mutating func send(_ event: CodedPolicy.Event) {
    actions.removeAll(keepingCapacity: true)
    policy.handle(event, at: now, into: &actions)
    for action in actions { carryOut(action, of: event) }
    checkQueues(after: event)
  }

  private mutating func carryOut(_ action: CodedPolicy.Action, of event: CodedPolicy.Event) {
    switch action {
    case .encode(let query, let seat):
      checkHeld(query)
      check(settings.mode == .coded, "\(settings.mode) encodes")
      let phase = phases[query.number]
      check(groupPhase[seat.group, default: phase] == phase, "\(seat.group) straddles the warm-up line")
      groupPhase[seat.group] = phase
      for index in 0..<settings.parities {
        let key = ParityKey(group: seat.group, index: index, position: seat.position)
        let weight = parityWeight(index, seat.member)
        let sum = paritySums[key, default: [0, 0, 0, 0]]
        paritySums[key] = zip(sum, inputs[query.number]).map { $0 + weight * $1 }
      }
    case .dispatch(let job, let instance):
      guard let content = policy.job(job) else {
        check(false, "\(job) is dispatched after its removal")
        return
      }
      check(!over.contains(job), "\(job) is dispatched though it is over")
      check(alive[instance]?.job == nil && alive[instance]?.pool == content.pool, "\(job) to a wrong \(instance)")
      if settings.queueMode == .singleQueue, !requeued.contains(job) {
        let earlier = (policy.jobs.start..<policy.jobs.end).first { number in
          guard let other = policy.jobs[number], other.pool == content.pool, other.instance == nil else { return false }
          return requeued.contains(JobID(number)) || number < job.number
        }
        check(earlier == nil, "\(job) overtakes job \(earlier ?? -1)")
      }
      dispatched.insert(job)
      alive[instance]?.job = job
    case .reply(let query, let source, let job, let position):
      guard case .finished(job, _) = event else {
        check(false, "a reply from \(job) at \(event)")
        return
      }
      check(outputs[query] != nil || source == .approximate, "\(query) is answered without output")
      check(policy.seat(of: query)?.position == position, "\(query) is answered from another seat")
      answer(query, source)
    case .decode(let query, let seat): reconstruct(query, seat)
    case .replyDefault(let query):
      let deadline = settings.deadline ?? .zero
      check(settings.deadline != nil && now >= arrivals[query.number] + deadline, "\(query) defaults too early")
      answer(query, .default)
    case .requeued(let job):
      guard case .left = event else {
        check(false, "\(job) is queued again at \(event)")
        return
      }
      requeues += 1
      requeued.insert(job)
    case .release(let query):
      checkHeld(query)
      check(answers[query.number] != nil || withdrawn.contains(query), "\(query) is released unanswered")
      released.insert(query)
      outputs[query] = nil
    case .releaseGroup(let group):
      for position in 0..<settings.batchSize {
        for index in 0..<settings.parities {
          let key = ParityKey(group: group, index: index, position: position)
          paritySums[key] = nil
          parityOutputs[key] = nil
        }
      }
    }
  }

  private mutating func answer(_ query: QueryID, _ source: AnswerSource) {
    checkHeld(query)
    check(answers[query.number] == nil, "\(query) is answered by \(source) after \(answers[query.number] ?? .own)")
    check(!withdrawn.contains(query), "\(query) is answered though it was withdrawn")
    answers[query.number] = source
  }

  /// Solves for the query's output from what is in hand, and compares it with F(x).
  private mutating func reconstruct(_ query: QueryID, _ seat: CodedPolicy.Seat) {
    check(policy.seat(of: query) == seat, "\(query) is decoded in another seat")
    let k = settings.k
    let missing = (0..<k).filter { !policy.hasOutput(seat.group, member: $0) }
    let parities = (0..<settings.parities).filter { policy.hasParityOutput(seat.group, index: $0) }
    check(missing.contains(seat.member), "\(query) is decoded though its output is there")
    guard missing.count <= parities.count else {
      check(false, "\(query) is decoded from too few outputs")
      return
    }
    // Rows of the linear system: sum over missing of w * F(x) = parity output - sum over known of w * F(x).
    var rows: [[Double]] = []
    for index in parities.prefix(missing.count) {
      guard var right = parityOutputs[ParityKey(group: seat.group, index: index, position: seat.position)] else {
        check(false, "parity \(index) of \(seat.group) is not in hand")
        return
      }
      for member in 0..<k where !missing.contains(member) {
        guard let other = policy.query(seat.group, member: member, position: seat.position), let known = outputs[other]
        else {
          check(false, "the output of member \(member) of \(seat.group) is not in hand")
          return
        }
        right = zip(right, known).map { $0 - parityWeight(index, member) * $1 }
      }
      rows.append(missing.map { parityWeight(index, $0) } + right)
    }
    let solution = solve(rows)[missing.firstIndex(of: seat.member) ?? 0]
    for (got, expected) in zip(solution, infer(inputs[query.number])) {
      check(abs(got - expected) < 1e-6, "\(query) is reconstructed as \(solution)")
    }
    reconstructions += 1
    answer(query, .reconstructed)
  }

  private func solve(_ system: [[Double]]) -> [[Double]] {
    var rows = system
    let n = rows.count
    for column in 0..<n {
      let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      rows[column] = rows[column].map { $0 / rows[column][column] }
      for row in 0..<n where row != column {
        let factor = rows[row][column]
        rows[row] = zip(rows[row], rows[column]).map { $0 - factor * $1 }
      }
    }
    return rows.map { Array($0.dropFirst(n)) }
  }

  private func parityWeight(_ index: Int, _ member: Int) -> Double {
    (0..<index).reduce(1.0) { product, _ in product * Double(member + 1) }
  }

  /// F: linear, so that the parity model is F itself.
  private func infer(_ input: [Double]) -> [Double] { weights.map { zip($0, input).map(*).reduce(0, +) } }

  /// Keeps the outputs of a job as its instance sends them; now and then an input of it turns out unusable.
  private mutating func store(_ job: JobID, withdrawing: Bool) {
    guard let content = policy.job(job) else {
      check(false, "an instance has \(job), which is removed")
      return
    }
    for position in 0..<content.count {
      if case .parity(let index) = content.kind {
        let key = ParityKey(group: content.group, index: index, position: position)
        parityOutputs[key] = infer(paritySums[key] ?? [])
        continue
      }
      guard let query = policy.query(content.group, member: content.member, position: position) else {
        check(false, "nobody sits at \(position) of \(job)")
        return
      }
      if content.kind == .own { outputs[query] = infer(inputs[query.number]) }
    }
    if withdrawing, content.kind == .own,
      let query = policy.query(content.group, member: content.member, position: 0)
    {
      outputs[query] = nil
      withdraw(query)
    }
  }

  private mutating func withdrawAll(of job: CodedPolicy.Job) {
    for position in 0..<job.count {
      if let query = policy.query(job.group, member: job.member, position: position) { withdraw(query) }
    }
  }

  private mutating func withdraw(_ query: QueryID) {
    if answers[query.number] == nil { withdrawn.insert(query) }
    send(.withdrawn(query))
  }

  // MARK: Checks

  /// No instance idles while its queue holds work, and queues count what waits.
  private func checkQueues(after event: CodedPolicy.Event) {
    for pool in Set(pools) {
      let waiting = (policy.jobs.start..<policy.jobs.end).count { number in
        guard let job = policy.jobs[number] else { return false }
        return job.pool == pool && job.instance == nil
      }
      check(waiting == policy.waitingJobs(pool), "\(pool): \(policy.waitingJobs(pool)) counted, \(waiting) wait")
      for number in policy.jobs.start..<policy.jobs.end {
        guard let job = policy.jobs[number], job.pool == pool, job.instance == nil else { continue }
        check(hasWaitingQuery(job), "job \(number) is queued though nobody waits for it")
      }
      let members = alive.values.filter { $0.pool == pool }
      let idle = members.count { $0.job == nil }
      if settings.queueMode == .singleQueue {
        check(waiting == 0 || idle == 0, "\(idle) of \(pool) idle while \(waiting) jobs wait after \(event)")
      } else {
        check(waiting == 0 || idle < members.count || members.isEmpty, "all of \(pool) idle while jobs wait")
      }
    }
  }

  private func hasWaitingQuery(_ job: CodedPolicy.Job) -> Bool {
    let members = if case .parity = job.kind { 0..<settings.k } else { job.member..<job.member + 1 }
    return members.contains { member in
      (0..<settings.batchSize).contains { position in
        guard let query = policy.query(job.group, member: member, position: position) else { return false }
        return answers[query.number] == nil && !withdrawn.contains(query)
      }
    }
  }

  private func checkHeld(_ query: QueryID) {
    check(!released.contains(query), "\(query) is named after its release")
  }

  private func check(_ condition: Bool, _ problem: @autoclosure () -> String) {
    if !condition { Issue.record("seed \(seed), \(settings): \(problem())") }
  }
}
