// What a driver of the policy may ask.
extension CodedPolicy {
  /// What is in a job; nil once it is finished or removed.
  public func job(_ id: JobID) -> Job? { jobs[id.number] }

  /// The job that the instance has; nil if it idles or is not here.
  public func job(of instance: InstanceID) -> JobID? { instances[instance.number]?.job }

  /// The query at `position` of batch `member`; nil if nobody sits there or the group is released.
  public func query(_ group: GroupID, member: Int, position: Int) -> QueryID? {
    guard let query = seats[number(of: group, member) * settings.batchSize + position], query != .nobody else {
      return nil
    }
    return query
  }

  /// Where the query sits; nil until its input is at hand and after its release.
  public func seat(of query: QueryID) -> Seat? { queries[query.number]?.seat }

  /// The number of a batch, consecutive in the order of its group and its place in it.
  public func number(of group: GroupID, _ member: Int) -> Int { group.number * batchesPerGroup + member }

  /// Whether the base model's outputs for batch `member` are in hand.
  public func hasOutput(_ group: GroupID, member: Int) -> Bool {
    batches[number(of: group, member)]?.hasOutput ?? false
  }

  /// Whether parity model `index`'s outputs for the group are in hand.
  public func hasParityOutput(_ group: GroupID, index: Int) -> Bool {
    (groups[group.number]?.parityOutputs ?? 0) & (1 << UInt64(index)) != 0
  }

  /// Jobs that wait for an instance of the pool.
  public func waitingJobs(_ pool: Pool) -> Int {
    pools.firstIndex(of: pool).map { queues[$0].waiting } ?? 0
  }

  /// Jobs queued or with an instance.
  public var jobsInProgress: Int { jobs.count }

  /// Whether instances of the pool have work in this mode.
  public func serves(_ pool: Pool) -> Bool { pools.contains(pool) }
}

extension QueryID {
  /// Nobody sits here yet.
  static let nobody = QueryID(-1)
}
