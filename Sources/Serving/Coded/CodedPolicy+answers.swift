// From an instance's outputs, a withdrawal or a deadline to answers, and to the end of a group.
extension CodedPolicy {
  mutating func finish(_ id: JobID, by instance: InstanceID, at now: Instant, into actions: inout [Action]) {
    guard let job = takeBack(id, from: instance) else { return }
    let batch = number(of: job.group, job.member)
    switch job.kind {
    case .own:
      batches.change(batch) { $0?.hasOutput = true }
      learn(from: batch, count: job.count, at: now)
      reply(to: batch, count: job.count, .own, from: id, into: &actions)
    case .approximate: reply(to: batch, count: job.count, .approximate, from: id, into: &actions)
    case .copy:
      learn(from: batch, count: job.count, at: now)
      reply(to: batch, count: job.count, .copy, from: id, into: &actions)
    case .parity(let index):
      groups.change(job.group.number) { $0?.parityOutputs |= 1 << UInt64(index) }
    }
    decode(job.group, into: &actions)
    settle(job.group, into: &actions)
    offer(to: instance, into: &actions)
  }

  mutating func fail(_ id: JobID, by instance: InstanceID, into actions: inout [Action]) {
    guard let job = takeBack(id, from: instance) else { return }
    settle(job.group, into: &actions)
    offer(to: instance, into: &actions)
  }

  mutating func withdraw(_ query: QueryID, into actions: inout [Action]) {
    guard let state = queries[query.number], state.state != .withdrawn else { return }
    guard let seat = state.seat else {
      leaveUnseated(query, into: &actions)
      return
    }
    if state.state == .waiting { answered(seat) }
    queries.change(query.number) { $0?.state = .withdrawn }
    settle(seat.group, into: &actions)
  }

  /// Default outputs for queries at their deadline, partial batches at their timeout.
  mutating func expire(at now: Instant, into actions: inout [Action]) {
    closeTimedOutBatches(at: now, into: &actions)
    hedge(at: now, into: &actions)
    while let (query, deadline) = deadlines.first {
      if let state = queries[query.number], state.state == .waiting {
        guard deadline <= now else { return }
        actions.append(.replyDefault(query))
        queries.change(query.number) { $0?.state = .answered }
        if let seat = state.seat {
          answered(seat)
          settle(seat.group, into: &actions)
        }
      }
      deadlines.removeFirst()
    }
  }

  /// Lets go of the group if it is closed and no job of it is left. Queries that still wait then had jobs that failed.
  mutating func settle(_ group: GroupID, into actions: inout [Action]) {
    removeIdleWork(of: group)
    guard let state = groups[group.number], state.isClosed, state.liveJobs == 0, !state.isReleased else { return }
    for member in 0..<batchesPerGroup {
      for position in 0..<settings.batchSize where state.unanswered > 0 {
        guard let query = waitingQuery(number(of: group, member), position) else { continue }
        actions.append(.fail(query))
        answer(query)
      }
    }
    for member in 0..<batchesPerGroup {
      for position in 0..<settings.batchSize {
        if let query = query(group, member: member, position: position) { actions.append(.release(query)) }
      }
    }
    actions.append(.releaseGroup(group))
    groups.change(group.number) { $0?.isReleased = true }
    releasedGroups.append(group)
  }

  /// Takes the groups that the last event released out of the tables: until now its actions could be looked up.
  mutating func forgetReleasedGroups() {
    for group in releasedGroups {
      for batch in number(of: group, 0)..<number(of: group, batchesPerGroup) {
        for seat in batch * settings.batchSize..<(batch + 1) * settings.batchSize {
          if let query = seats[seat] { queries.remove(query.number) }
          seats.remove(seat)
        }
        batches.remove(batch)
      }
      groups.remove(group.number)
    }
    releasedGroups.removeAll(keepingCapacity: true)
  }

  /// The instance is done with the job: idle, and the job out of the tables. nil for a late or repeated message.
  private mutating func takeBack(_ id: JobID, from instance: InstanceID) -> Job? {
    guard instances[instance.number]?.job == id, let job = jobs[id.number] else { return nil }
    instances.change(instance.number) { $0?.job = nil }
    drop(id, job)
    return job
  }

  private mutating func reply(
    to batch: Int, count: Int, _ source: AnswerSource, from job: JobID, into actions: inout [Action]
  ) {
    for position in 0..<count {
      guard let query = waitingQuery(batch, position) else { continue }
      actions.append(.reply(query, source, from: job, position: position))
      answer(query)
    }
  }

  /// Decodes as soon as the outputs in hand determine the missing ones: k of the group's k + r.
  private mutating func decode(_ group: GroupID, into actions: inout [Action]) {
    guard let state = groups[group.number], state.codedPositions > 0, state.unanswered > 0 else { return }
    var missing = 0
    for member in 0..<batchesPerGroup where !hasOutput(group, member: member) { missing += 1 }
    guard missing > 0, missing <= state.parityOutputs.nonzeroBitCount else { return }
    for member in 0..<batchesPerGroup where !hasOutput(group, member: member) {
      for position in 0..<state.codedPositions where isDecodable(group, position) {
        guard let query = waitingQuery(number(of: group, member), position) else { continue }
        actions.append(.decode(query, Seat(group: group, member: member, position: position)))
        answer(query)
      }
    }
  }

  /// A query that was withdrawn from a finished batch left no output to subtract.
  private func isDecodable(_ group: GroupID, _ position: Int) -> Bool {
    for member in 0..<batchesPerGroup where hasOutput(group, member: member) {
      let seat = number(of: group, member) * settings.batchSize + position
      if let query = seats[seat], queries[query.number]?.state == .withdrawn { return false }
    }
    return true
  }

  func waitingQuery(_ batch: Int, _ position: Int) -> QueryID? {
    guard let query = seats[batch * settings.batchSize + position], queries[query.number]?.state == .waiting else {
      return nil
    }
    return query
  }

  private mutating func answer(_ query: QueryID) {
    queries.change(query.number) { $0?.state = .answered }
    if let seat = queries[query.number]?.seat { answered(seat) }
  }

  /// One query fewer waits in the batch and the group of the seat.
  private mutating func answered(_ seat: Seat) {
    batches.change(number(of: seat.group, seat.member)) { $0?.unanswered -= 1 }
    groups.change(seat.group.number) { $0?.unanswered -= 1 }
  }
}
