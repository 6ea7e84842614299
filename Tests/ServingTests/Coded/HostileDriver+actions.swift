@testable import Serving

// Carries out what the policy decides, with a linear model.
extension HostileDriver {
  mutating func send(_ event: CodedPolicy.Event) {
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
      let hasOwnOutput = outputs[query] != nil || source == .approximate || source == .copy
      check(hasOwnOutput, "\(query) is answered without output")
      check(policy.seat(of: query)?.position == position, "\(query) is answered from another seat")
      answer(query, source)
    case .decode(let query, let seat): reconstruct(query, seat)
    case .replyDefault(let query):
      let deadline = settings.deadline ?? .zero
      check(settings.deadline != nil && now >= arrivals[query.number] + deadline, "\(query) defaults too early")
      answer(query, .default)
    case .fail(let query):
      checkIsBeyondAnswer(query)
      failures += 1
      answer(query, .failed)
    case .requeued(let job):
      guard case .left = event else {
        check(false, "\(job) is queued again at \(event)")
        return
      }
      check(!requeued.contains(job), "\(job) is queued again twice")
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
  mutating func store(_ job: JobID, withdrawing: Bool) {
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

  mutating func withdrawAll(of job: CodedPolicy.Job) {
    for position in 0..<job.count {
      if let query = policy.query(job.group, member: job.member, position: position) { withdraw(query) }
    }
  }

  private mutating func withdraw(_ query: QueryID) {
    if answers[query.number] == nil { withdrawn.insert(query) }
    send(.withdrawn(query))
  }
}
