// In `hedged`: a second copy of what takes longer than most.
extension CodedPolicy {
  /// Latencies that have to be known before the first copy.
  static let hedgingSamples = 20

  /// When the next batch gets its copy; nil if none waits or too little is known of latencies.
  var nextHedge: Instant? {
    guard let batch = unhedged.first, let after = hedgingDelay, let first = firstArrival(of: batch) else { return nil }
    return first + after
  }

  /// Copies for the batches whose first query is older than the running percentile and still waits.
  mutating func hedge(at now: Instant, into actions: inout [Action]) {
    while let batch = unhedged.first {
      if let state = batches[batch], state.unanswered > 0 {
        guard let next = nextHedge, next <= now else { return }
        let group = GroupID(batch / batchesPerGroup)
        addTwin(.copy, of: batch, group, batch % batchesPerGroup, into: &actions)
      }
      unhedged.removeFirst()
    }
  }

  /// Takes the latencies of the batch's waiting queries, which are answered now.
  mutating func learn(from batch: Int, count: Int, at now: Instant) {
    guard settings.mode == .hedged else { return }
    for position in 0..<count {
      guard let query = waitingQuery(batch, position), let arrived = queries[query.number]?.arrivedAt else { continue }
      latencies.add((now - arrived).nanoseconds)
    }
  }

  private var hedgingDelay: Duration? {
    latencies.count >= CodedPolicy.hedgingSamples ? .nanoseconds(latencies.value) : nil
  }

  private func firstArrival(of batch: Int) -> Instant? {
    guard let query = seats[batch * settings.batchSize], query != .nobody else { return nil }
    return queries[query.number]?.arrivedAt
  }
}
