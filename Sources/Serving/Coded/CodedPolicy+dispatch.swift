// Jobs to instances and back.
extension CodedPolicy {
  /// Puts a new job into its pool's queue, or into the hands of an instance that idles.
  /// - Parameter other: a job whose instance is not to have this one, if there is another.
  mutating func queue(_ job: Job, apartFrom other: JobID? = nil, into actions: inout [Action]) -> JobID {
    let id = JobID(jobs.append(job))
    groups.change(job.group.number) { $0?.liveJobs += 1 }
    add(id, in: queueIndex(of: job.pool), apartFrom: other, into: &actions)
    return id
  }

  private mutating func add(
    _ id: JobID, in queue: Int, apartFrom other: JobID? = nil, into actions: inout [Action]
  ) {
    place(queues[queue].add(id, avoiding: instance(of: other)), id, into: &actions)
  }

  /// The instance that has the job or, in rr, is to have it.
  private func instance(of job: JobID?) -> InstanceID? {
    job.flatMap { jobs[$0.number] }.flatMap { $0.instance ?? $0.lane }
  }

  /// The other job on the same queries, of the same model.
  private func twin(of job: Job) -> JobID? {
    let batch = batches[number(of: job.group, job.member)]
    return switch job.kind {
    case .own: batch?.twin
    case .copy: batch?.own
    case .approximate, .parity: nil
    }
  }

  private mutating func place(_ place: PoolQueue.Place, _ id: JobID, into actions: inout [Action]) {
    switch place {
    case .shared: jobs.change(id.number) { $0?.lane = nil }
    case .lane(let instance): jobs[id.number]?.lane = instance
    case .idle(let instance): dispatch(id, to: instance, into: &actions)
    }
  }

  mutating func join(_ instance: InstanceID, _ pool: Pool, into actions: inout [Action]) {
    let queue = queueIndex(of: pool)
    let id = instances.append(Instance(queue: queue))
    precondition(id == instance.number, "instances are numbered in the order of joining")
    queues[queue].join(instance)
    offer(to: instance, into: &actions)
  }

  /// The jobs that only this instance would have done go to others; the one it held goes first.
  mutating func leave(_ instance: InstanceID, into actions: inout [Action]) {
    guard let state = instances[instance.number] else { return }
    instances.remove(instance.number)
    let orphans = queues[state.queue].leave(instance, jobs: jobs)
    if let held = state.job, let job = jobs[held.number] {
      if isNeeded(job), !job.wasRequeued {
        jobs.change(held.number) { $0?.instance = nil }
        jobs.change(held.number) { $0?.wasRequeued = true }
        actions.append(.requeued(held))
        place(queues[state.queue].putBack(held, avoiding: self.instance(of: twin(of: job))), held, into: &actions)
      } else {
        drop(held, job)
        settle(job.group, into: &actions)
      }
    }
    for orphan in orphans {
      add(orphan, in: state.queue, apartFrom: jobs[orphan.number].flatMap { twin(of: $0) }, into: &actions)
    }
  }

  /// The instance takes its next job, or idles.
  mutating func offer(to instance: InstanceID, into actions: inout [Action]) {
    guard let state = instances[instance.number] else { return }
    if let job = queues[state.queue].nextJob(for: instance, in: jobs) { dispatch(job, to: instance, into: &actions) }
  }

  /// Removes jobs of the group that are queued though nobody waits for them any more. Work in progress goes on.
  mutating func removeIdleWork(of group: GroupID) {
    for member in 0..<batchesPerGroup {
      guard let batch = batches[number(of: group, member)] else { continue }
      removeIfIdle(batch.own)
      removeIfIdle(batch.twin)
    }
    guard let first = groups[group.number]?.firstParityJob else { return }
    for index in 0..<settings.parities { removeIfIdle(JobID(first.number + index)) }
  }

  /// Takes a job out of the tables: finished, failed or removed.
  mutating func drop(_ id: JobID, _ job: Job) {
    jobs.remove(id.number)
    groups.change(job.group.number) { $0?.liveJobs -= 1 }
  }

  private mutating func removeIfIdle(_ id: JobID?) {
    guard let id, let job = jobs[id.number], job.instance == nil, !isNeeded(job) else { return }
    drop(id, job)
    queues[queueIndex(of: job.pool)].forgetOne()
  }

  /// Whether a query waits that the job can answer, or help to.
  private func isNeeded(_ job: Job) -> Bool {
    switch job.kind {
    case .own, .approximate, .copy: (batches[number(of: job.group, job.member)]?.unanswered ?? 0) > 0
    case .parity: (groups[job.group.number]?.unanswered ?? 0) > 0
    }
  }

  private mutating func dispatch(_ job: JobID, to instance: InstanceID, into actions: inout [Action]) {
    jobs.change(job.number) { $0?.instance = instance }
    instances.change(instance.number) { $0?.job = job }
    actions.append(.dispatch(job, to: instance))
  }

  private func queueIndex(of pool: Pool) -> Int {
    switch pool {
    case .base: 0
    case .parity(let index): 1 + index
    case .approximate: 1
    }
  }
}
