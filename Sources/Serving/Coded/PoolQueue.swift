import DequeModule

/// The instances of one pool and the jobs that wait for them.
///
/// Ids of jobs that were removed while they waited stay in the deques until they come to the head; whether a job still
/// waits is for the job table to say, and `waiting` counts only those that do.
struct PoolQueue: Sendable {
  private let mode: QueueMode
  /// single_queue: every waiting job. rr: the jobs that came while no instance was there.
  private var shared = Deque<JobID>()
  /// single_queue: the idle instances, longest idle first.
  private var idle = Deque<InstanceID>()
  /// rr: the instances in the order of dealing, each with its queue.
  private(set) var lanes: [Lane] = []
  private var nextLane = 0
  /// rr: where each instance's lane is, by the number of the instance; -1 where there is none.
  private var places: [Int] = []
  /// Jobs that wait.
  private(set) var waiting = 0

  struct Lane: Sendable {
    var instance: InstanceID
    var isIdle: Bool
    var jobs = Deque<JobID>()
  }

  init(mode: QueueMode) { self.mode = mode }

  // MARK: Jobs

  /// Where a job has come.
  enum Place: Equatable {
    /// It waits for any instance.
    case shared
    /// It waits for this one.
    case lane(InstanceID)
    /// This one is to have it now.
    case idle(InstanceID)
  }

  /// Takes a new job, at the tail.
  /// - Parameter avoided: in rr, the instance whose turn is passed over, if there is another.
  mutating func add(_ job: JobID, avoiding avoided: InstanceID? = nil) -> Place {
    place(job, atHead: false, avoiding: avoided)
  }

  /// Takes a job back from an instance that left, at the head.
  mutating func putBack(_ job: JobID, avoiding avoided: InstanceID? = nil) -> Place {
    place(job, atHead: true, avoiding: avoided)
  }

  /// A waiting job has been removed from the job table.
  mutating func forgetOne() { waiting -= 1 }

  private mutating func place(_ job: JobID, atHead: Bool, avoiding avoided: InstanceID?) -> Place {
    switch mode {
    case .singleQueue:
      if let instance = idle.popFirst() { return .idle(instance) }
    case .roundRobin where !lanes.isEmpty:
      if lanes.count > 1, lanes[nextLane].instance == avoided { nextLane = (nextLane + 1) % lanes.count }
      let lane = nextLane
      nextLane = (nextLane + 1) % lanes.count
      let instance = lanes[lane].instance
      if lanes[lane].isIdle {
        lanes[lane].isIdle = false
        return .idle(instance)
      }
      waiting += 1
      if atHead { lanes[lane].jobs.prepend(job) } else { lanes[lane].jobs.append(job) }
      return .lane(instance)
    case .roundRobin: break
    }
    waiting += 1
    if atHead { shared.prepend(job) } else { shared.append(job) }
    return .shared
  }

  // MARK: Instances

  /// An instance is new or has become idle. Returns the job that it is to have now; nil if it stays idle.
  mutating func nextJob(for instance: InstanceID, in jobs: Window<CodedPolicy.Job>) -> JobID? {
    switch mode {
    case .singleQueue:
      if let job = shared.popFirstWaiting(in: jobs) {
        waiting -= 1
        return job
      }
      idle.append(instance)
    case .roundRobin:
      guard let lane = lane(of: instance) else { return nil }
      if let job = lanes[lane].jobs.popFirstWaiting(in: jobs) {
        waiting -= 1
        return job
      }
      lanes[lane].isIdle = true
    }
    return nil
  }

  /// An instance joins, busy until `nextJob` is asked for it.
  mutating func join(_ instance: InstanceID) {
    guard mode == .roundRobin else { return }
    while places.count <= instance.number { places.append(-1) }
    places[instance.number] = lanes.count
    lanes.append(Lane(instance: instance, isIdle: false))
    // Jobs wait without a lane only while there is no instance at all: the first one takes them.
    swap(&shared, &lanes[lanes.count - 1].jobs)
  }

  /// An instance leaves. Returns the jobs that waited for it alone; they are to be added again, in this order.
  mutating func leave(_ instance: InstanceID, jobs: Window<CodedPolicy.Job>) -> Deque<JobID> {
    idle.removeAll { $0 == instance }
    guard let lane = lane(of: instance) else { return [] }
    let orphans = lanes.remove(at: lane).jobs.filter { jobs[$0.number] != nil }
    places[instance.number] = -1
    for place in lane..<lanes.count { places[lanes[place].instance.number] = place }
    if lane < nextLane { nextLane -= 1 }
    if nextLane >= lanes.count { nextLane = 0 }
    waiting -= orphans.count
    return orphans
  }

  private func lane(of instance: InstanceID) -> Int? {
    guard instance.number < places.count, places[instance.number] >= 0 else { return nil }
    return places[instance.number]
  }
}

extension Deque<JobID> {
  /// Removes ids from the head up to and including the first that is still in the table.
  fileprivate mutating func popFirstWaiting(in jobs: Window<CodedPolicy.Job>) -> JobID? {
    while let job = popFirst() {
      if jobs[job.number] != nil { return job }
    }
    return nil
  }
}
