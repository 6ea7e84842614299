extension CodedPolicy {
  /// The memory that the tables take, at the most, while `waiting` queries wait at a time: what an event names has to be found
  /// until its group is released. Tables double as they grow, so that those of 2^20 + 1 queries are twice as large as
  /// those of 2^20; while one grows, what it was is still there.
  /// - Parameter waiting: from the oldest query that is not answered to the newest.
  public static func tables_bytes(_ settings: Settings, waiting: Int) -> Int {
    let isCoded = settings.mode == .coded
    let batches = waiting / settings.batchSize + 1
    let groups = batches / (isCoded ? settings.k : 1) + 1
    let jobs =
      switch settings.mode {
      case .none, .equal: batches
      case .cheap, .replicated, .hedged: 2 * batches
      case .coded: batches + groups * settings.parities
      }
    let tables = [
      bytes(of: Query.self, waiting), bytes(of: QueryID.self, waiting), bytes(of: Batch.self, batches),
      bytes(of: Group.self, groups), bytes(of: Job.self, jobs),
    ]
    // Of queues: a job that waits, a query's deadline, a batch without its copy.
    let queued =
      2 * jobs * MemoryLayout<JobID>.stride + 2 * waiting * MemoryLayout<(QueryID, at: Instant)>.stride
      + (settings.mode == .hedged ? 2 * batches * MemoryLayout<Int>.stride : 0)
    return tables.reduce(0, +) + (tables.max() ?? 0) / 2 + queued
  }

  /// Of a `Window` of so many elements.
  private static func bytes<Element>(of element: Element.Type, _ count: Int) -> Int {
    var slots = 64
    while slots < count { slots *= 2 }
    return slots * MemoryLayout<Element?>.stride
  }
}
