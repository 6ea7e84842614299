import Testing

@testable import Serving

// What must hold after every event.
extension HostileDriver {
  /// No instance idles while its queue holds work, and queues count what waits.
  func checkQueues(after event: CodedPolicy.Event) {
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
        for lane in policy.queues.flatMap(\.lanes) where lane.isIdle {
          let own = lane.jobs.count { policy.jobs[$0.number] != nil }
          check(own == 0, "\(lane.instance) idles while \(own) jobs wait for it alone")
        }
      }
    }
  }

  func hasWaitingQuery(_ job: CodedPolicy.Job) -> Bool {
    let members = if case .parity = job.kind { 0..<settings.k } else { job.member..<job.member + 1 }
    return members.contains { member in
      (0..<settings.batchSize).contains { position in
        guard let query = policy.query(job.group, member: member, position: position) else { return false }
        return answers[query.number] == nil && !withdrawn.contains(query)
      }
    }
  }

  /// A query fails only when no job is left in its group.
  func checkIsBeyondAnswer(_ query: QueryID) {
    guard let group = policy.seat(of: query)?.group else {
      check(false, "\(query) fails without a seat")
      return
    }
    let left = (policy.jobs.start..<policy.jobs.end).first { policy.jobs[$0]?.group == group }
    check(left == nil, "\(query) fails though job \(left ?? -1) of its group is left")
  }

  func checkHeld(_ query: QueryID) {
    check(!released.contains(query), "\(query) is named after its release")
  }

  func check(_ condition: Bool, _ problem: @autoclosure () -> String) {
    if !condition { Issue.record("seed \(seed), \(settings): \(problem())") }
  }
}
