// From a query's arrival to its batch in a queue.
extension CodedPolicy {
  mutating func arrive(_ query: QueryID, _ phase: Phase, at now: Instant) {
    let id = queries.append(Query(phase: phase, arrivedAt: now))
    precondition(id == query.number, "queries are numbered in the order of arrival")
    unseated += 1
    if let deadline_ns { deadlines.append((query, at: Instant(nanoseconds: now.nanoseconds + deadline_ns))) }
  }

  /// The query takes the next seat of its phase's open group; a batch that is full is queued, a group that is full is coded.
  mutating func seat(_ query: QueryID, at now: Instant, into actions: inout [Action]) {
    guard let state = queries[query.number], state.seat == nil else { return }
    guard state.state == .waiting else {
      // Answered by default before its input was at hand: no instance needs to see it.
      leaveUnseated(query, into: &actions)
      return
    }
    let group = openGroup(for: state.phase)
    guard let member = groups[group.number]?.filling else { return }
    let batch = number(of: group, member)
    guard let position = batches[batch]?.count else { return }

    let seat = Seat(group: group, member: member, position: position)
    queries.change(query.number) { $0?.seat = seat }
    seats[batch * settings.batchSize + position] = query
    if position == 0 { batches[batch]?.openedAt = now }
    batches.change(batch) { $0?.count += 1 }
    batches.change(batch) { $0?.unanswered += 1 }
    groups.change(group.number) { $0?.unanswered += 1 }
    if settings.mode == .coded { actions.append(.encode(query, seat)) }

    unseated -= 1
    if position + 1 == settings.batchSize { closeBatch(of: group, into: &actions) }
    closeWhatIsIncomplete(into: &actions)
  }

  /// The query goes without having taken a seat.
  mutating func leaveUnseated(_ query: QueryID, into actions: inout [Action]) {
    unseated -= 1
    queries.remove(query.number)
    actions.append(.release(query))
    closeWhatIsIncomplete(into: &actions)
  }

  /// While load drains, and once every query that came has its seat: nothing waits for a query that will not come.
  mutating func closeWhatIsIncomplete(into actions: inout [Action]) {
    guard isDraining, unseated == 0 else { return }
    for phase in Phase.allCases {
      guard let group = openGroups[phase.rawValue] else { continue }
      if openBatchCount(of: group) > 0 { closeBatch(of: group, into: &actions) }
      // What load leaves incomplete is closed without parity.
      if openGroups[phase.rawValue] == group { close(group, into: &actions) }
    }
  }

  /// When the batch that fills in `phase` goes though it is not full.
  func batchTimeout(of phase: Phase) -> Instant? {
    guard let timeout = settings.batchTimeout, let group = openGroups[phase.rawValue],
      let member = groups[group.number]?.filling, let batch = batches[number(of: group, member)], batch.count > 0
    else { return nil }
    return batch.openedAt + timeout
  }

  mutating func closeTimedOutBatches(at now: Instant, into actions: inout [Action]) {
    guard settings.batchTimeout != nil else { return }
    for phase in Phase.allCases {
      guard let timeout = batchTimeout(of: phase), timeout <= now, let group = openGroups[phase.rawValue] else {
        continue
      }
      closeBatch(of: group, into: &actions)
    }
  }

  private func openBatchCount(of group: GroupID) -> Int {
    guard let member = groups[group.number]?.filling else { return 0 }
    return batches[number(of: group, member)]?.count ?? 0
  }

  private mutating func openGroup(for phase: Phase) -> GroupID {
    if let group = openGroups[phase.rawValue] { return group }
    let group = GroupID(groups.append(Group(phase: phase)))
    for _ in 0..<batchesPerGroup {
      batches.append(Batch())
      for _ in 0..<settings.batchSize { seats.append(.nobody) }
    }
    openGroups[phase.rawValue] = group
    return group
  }

  /// Queues the batch that fills, full or not, and what its mode adds to it.
  private mutating func closeBatch(of group: GroupID, into actions: inout [Action]) {
    guard let member = groups[group.number]?.filling else { return }
    let batch = number(of: group, member)
    groups.change(group.number) { $0?.filling += 1 }
    if let state = batches[batch], state.unanswered > 0 {
      let own = queue(Job(kind: .own, group: group, member: member, count: state.count), into: &actions)
      batches.change(batch) { $0?.own = own }
      switch settings.mode {
      case .cheap: addTwin(.approximate, of: batch, group, member, into: &actions)
      case .replicated: addTwin(.copy, of: batch, group, member, into: &actions)
      case .hedged: unhedged.append(batch)
      case .none, .equal, .coded: break
      }
    }
    if member + 1 == batchesPerGroup {
      if settings.mode == .coded { code(group, into: &actions) }
      close(group, into: &actions)
    }
  }

  /// Queues a second job for the queries of the batch.
  mutating func addTwin(
    _ kind: Job.Kind, of batch: Int, _ group: GroupID, _ member: Int, into actions: inout [Action]
  ) {
    guard let state = batches[batch] else { return }
    let twin = queue(
      Job(kind: kind, group: group, member: member, count: state.count), apartFrom: state.own, into: &actions)
    batches.change(batch) { $0?.twin = twin }
  }

  /// Queues the parity jobs of a group whose batches have all gone. A position is coded if every batch has a query there.
  private mutating func code(_ group: GroupID, into actions: inout [Action]) {
    var positions = settings.batchSize
    for member in 0..<batchesPerGroup { positions = min(positions, batches[number(of: group, member)]?.count ?? 0) }
    guard positions > 0, let unanswered = groups[group.number]?.unanswered, unanswered > 0 else { return }
    groups.change(group.number) { $0?.codedPositions = positions }
    for index in 0..<settings.parities {
      let job = queue(Job(kind: .parity(index: index), group: group, member: 0, count: positions), into: &actions)
      if index == 0 { groups[group.number]?.firstParityJob = job }
    }
  }

  private mutating func close(_ group: GroupID, into actions: inout [Action]) {
    guard let phase = groups[group.number]?.phase else { return }
    groups.change(group.number) { $0?.isClosed = true }
    openGroups[phase.rawValue] = nil
    settle(group, into: &actions)
  }
}
