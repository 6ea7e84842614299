import Testing

@testable import Serving

/// ParM's rules, one small story each.
@Suite struct CodedPolicyTests {
  /// A policy, its clock and what it said last.
  struct Bench {
    var policy: CodedPolicy
    var now = Instant(nanoseconds: 0)
    var actions: [CodedPolicy.Action] = []

    init(_ settings: CodedPolicy.Settings, base: Int, redundant: Pool? = nil, count: Int = 0) {
      policy = CodedPolicy(settings)
      for number in 0..<base { send(.joined(InstanceID(number), .base)) }
      if let redundant { for number in 0..<count { send(.joined(InstanceID(base + number), redundant)) } }
    }

    @discardableResult
    mutating func send(_ event: CodedPolicy.Event) -> [CodedPolicy.Action] {
      actions = []
      policy.handle(event, at: now, into: &actions)
      return actions
    }

    /// A query that is ready as it arrives.
    @discardableResult
    mutating func query(_ number: Int, _ phase: Phase = .measured) -> [CodedPolicy.Action] {
      send(.arrived(QueryID(number), phase)) + send(.ready(QueryID(number)))
    }
  }

  private func seat(_ group: Int, _ member: Int, _ position: Int = 0) -> CodedPolicy.Seat {
    CodedPolicy.Seat(group: GroupID(group), member: member, position: position)
  }

  @Test("a straggler's query is answered from the parity as soon as the other output is there")
  func straggler() {
    var bench = Bench(.init(mode: .coded), base: 2, redundant: .parity(0), count: 1)
    #expect(bench.query(0) == [.encode(QueryID(0), seat(0, 0)), .dispatch(JobID(0), to: InstanceID(0))])
    #expect(
      bench.query(1) == [
        .encode(QueryID(1), seat(0, 1)), .dispatch(JobID(1), to: InstanceID(1)),
        .dispatch(JobID(2), to: InstanceID(2)),
      ])
    #expect(
      bench.send(.finished(JobID(1), by: InstanceID(1))) == [.reply(QueryID(1), .own, from: JobID(1), position: 0)])
    #expect(bench.send(.finished(JobID(2), by: InstanceID(2))) == [.decode(QueryID(0), seat(0, 0))])
    // The straggler's own answer comes later: recorded by the driver, not sent; the group is over.
    #expect(
      bench.send(.finished(JobID(0), by: InstanceID(0))) == [
        .release(QueryID(0)), .release(QueryID(1)), .releaseGroup(GroupID(0)),
      ])
  }

  @Test("a reconstructed batch that is still queued is removed")
  func reconstructedBatchLeavesTheQueue() {
    var bench = Bench(.init(mode: .coded), base: 1, redundant: .parity(0), count: 1)
    bench.query(0)
    bench.query(1)
    #expect(bench.policy.waitingJobs(.base) == 1)
    bench.send(.finished(JobID(2), by: InstanceID(1)))
    let actions = bench.send(.finished(JobID(0), by: InstanceID(0)))
    #expect(actions.contains(.decode(QueryID(1), seat(0, 1))))
    #expect(!actions.contains(.dispatch(JobID(1), to: InstanceID(0))))
    #expect(bench.policy.waitingJobs(.base) == 0)
  }

  @Test("a parity query that is still queued is removed when all data is in")
  func uselessParityLeavesTheQueue() {
    var bench = Bench(.init(mode: .coded), base: 2)
    bench.query(0)
    bench.query(1)
    #expect(bench.policy.waitingJobs(.parity(0)) == 1)
    bench.send(.finished(JobID(0), by: InstanceID(0)))
    bench.send(.finished(JobID(1), by: InstanceID(1)))
    #expect(bench.policy.waitingJobs(.parity(0)) == 0)
    #expect(bench.send(.joined(InstanceID(2), .parity(0))).isEmpty)
  }

  @Test("in cheap, the first answer removes the twin that is still queued, and only that")
  func twins() {
    var bench = Bench(.init(mode: .cheap), base: 1, redundant: .approximate, count: 1)
    bench.query(0)
    bench.query(1)
    let first = bench.send(.finished(JobID(1), by: InstanceID(1)))
    #expect(
      first == [
        .reply(QueryID(0), .approximate, from: JobID(1), position: 0), .dispatch(JobID(3), to: InstanceID(1)),
      ])
    let second = bench.send(.finished(JobID(3), by: InstanceID(1)))
    #expect(second.first == .reply(QueryID(1), .approximate, from: JobID(3), position: 0))
    #expect(bench.policy.waitingJobs(.base) == 0)
    #expect(bench.policy.job(JobID(0)) != nil, "work in progress is never cancelled")
  }

  @Test("the batch of a lost worker goes to the head of the queue, once")
  func lostWorker() {
    var bench = Bench(.init(mode: .none), base: 1)
    bench.query(0)
    bench.query(1)
    #expect(bench.send(.left(InstanceID(0))) == [.requeued(JobID(0))])
    #expect(bench.send(.left(InstanceID(0))).isEmpty)
    #expect(bench.send(.joined(InstanceID(1), .base)) == [.dispatch(JobID(0), to: InstanceID(1))])
    // It may be what ends its workers: it does not get a third.
    let second = bench.send(.left(InstanceID(1)))
    #expect(second.first == .fail(QueryID(0)))
    #expect(!second.contains(.requeued(JobID(0))))
  }

  @Test("the batch of a lost worker is not queued again if its group was decoded")
  func lostWorkerOfADecodedGroup() {
    var bench = Bench(.init(mode: .coded), base: 2, redundant: .parity(0), count: 1)
    bench.query(0)
    bench.query(1)
    bench.send(.finished(JobID(1), by: InstanceID(1)))
    bench.send(.finished(JobID(2), by: InstanceID(2)))
    let actions = bench.send(.left(InstanceID(0)))
    #expect(!actions.contains(.requeued(JobID(0))))
    #expect(actions.contains(.releaseGroup(GroupID(0))))
  }

  @Test("in rr jobs are dealt in turn, and an idle instance does not take another's job")
  func roundRobin() {
    var bench = Bench(.init(mode: .none, queueMode: .roundRobin), base: 2)
    #expect(bench.query(0) == [.dispatch(JobID(0), to: InstanceID(0))])
    #expect(bench.query(1) == [.dispatch(JobID(1), to: InstanceID(1))])
    #expect(bench.query(2).isEmpty)
    bench.send(.finished(JobID(1), by: InstanceID(1)))
    #expect(bench.policy.waitingJobs(.base) == 1)
    #expect(bench.query(3) == [.dispatch(JobID(3), to: InstanceID(1))])
    // Its waiting jobs go to the others when the instance is lost; what it held goes first.
    bench.send(.left(InstanceID(0)))
    #expect(bench.send(.finished(JobID(3), by: InstanceID(1))).contains(.dispatch(JobID(0), to: InstanceID(1))))
    #expect(bench.send(.finished(JobID(0), by: InstanceID(1))).contains(.dispatch(JobID(2), to: InstanceID(1))))
  }

  @Test("an instance that waits for work in rr has an empty queue of its own")
  func roundRobinKeepsInstancesBusy() {
    var bench = Bench(.init(mode: .none, queueMode: .roundRobin), base: 3)
    for query in 0..<9 { bench.query(query) }
    for instance in 0..<3 {
      var job = JobID(instance)
      for round in 1..<3 {
        let next = JobID(instance + 3 * round)
        #expect(
          bench.send(.finished(job, by: InstanceID(instance))).contains(.dispatch(next, to: InstanceID(instance))))
        job = next
      }
    }
  }

  @Test("a query at its deadline gets the default output, even before its input is at hand")
  func deadlines() {
    var bench = Bench(.init(mode: .coded, deadline: .milliseconds(10)), base: 0)
    bench.query(0)
    bench.now = Instant(nanoseconds: 5_000_000)
    bench.send(.arrived(QueryID(1), .measured))
    #expect(bench.policy.nextDeadline == Instant(nanoseconds: 10_000_000))
    bench.now = Instant(nanoseconds: 10_000_000)
    #expect(bench.send(.timer) == [.replyDefault(QueryID(0))])
    bench.now = Instant(nanoseconds: 15_000_000)
    #expect(bench.send(.timer) == [.replyDefault(QueryID(1))])
    #expect(bench.send(.ready(QueryID(1))) == [.release(QueryID(1))])
    #expect(bench.policy.nextDeadline == nil)
  }

  @Test("a partial batch goes at its timeout; its group codes only the positions that every batch has")
  func partialBatches() {
    var bench = Bench(
      .init(mode: .coded, batchSize: 2, batchTimeout: .milliseconds(1)), base: 2, redundant: .parity(0), count: 1)
    for query in 0..<3 { bench.query(query) }
    #expect(bench.policy.nextDeadline == Instant(nanoseconds: 1_000_000))
    bench.now = Instant(nanoseconds: 1_000_000)
    #expect(
      bench.send(.timer) == [.dispatch(JobID(1), to: InstanceID(1)), .dispatch(JobID(2), to: InstanceID(2))])
    #expect(bench.policy.job(JobID(2))?.count == 1)
  }

  @Test("what load leaves incomplete goes without parity when it drains, after the last input is at hand")
  func drain() {
    var bench = Bench(.init(mode: .coded, batchSize: 2), base: 2, redundant: .parity(0), count: 1)
    bench.send(.arrived(QueryID(0), .measured))
    bench.send(.arrived(QueryID(1), .warmup))
    bench.send(.ready(QueryID(0)))
    #expect(bench.send(.drain).isEmpty)
    let actions = bench.send(.ready(QueryID(1)))
    #expect(actions.suffix(2) == [.dispatch(JobID(0), to: InstanceID(0)), .dispatch(JobID(1), to: InstanceID(1))])
  }

  @Test("warm-up and measured queries never share a group")
  func phases() {
    var bench = Bench(.init(mode: .coded), base: 1)
    bench.query(0, .warmup)
    bench.query(1, .measured)
    #expect(bench.policy.seat(of: QueryID(0))?.group != bench.policy.seat(of: QueryID(1))?.group)
  }

  @Test("a withdrawn query's group decodes nothing from it")
  func withdrawn() {
    var bench = Bench(.init(mode: .coded), base: 2, redundant: .parity(0), count: 1)
    bench.query(0)
    bench.query(1)
    bench.send(.withdrawn(QueryID(1)))
    bench.send(.finished(JobID(1), by: InstanceID(1)))
    #expect(bench.send(.finished(JobID(2), by: InstanceID(2))).isEmpty)
    #expect(
      bench.send(.finished(JobID(0), by: InstanceID(0))).first == .reply(QueryID(0), .own, from: JobID(0), position: 0))
  }

  @Test(
    "a batch whose instance fails is reconstructed; its queries fail only when nothing is left that could answer them")
  func failedBatch() {
    var bench = Bench(.init(mode: .coded), base: 2, redundant: .parity(0), count: 1)
    bench.query(0)
    bench.query(1)
    #expect(bench.send(.failed(JobID(0), by: InstanceID(0))).isEmpty)
    bench.send(.finished(JobID(1), by: InstanceID(1)))
    let actions = bench.send(.finished(JobID(2), by: InstanceID(2)))
    #expect(actions.first == .decode(QueryID(0), seat(0, 0)))
    #expect(actions.last == .releaseGroup(GroupID(0)))

    var bare = Bench(.init(mode: .equal), base: 1)
    bare.query(0)
    #expect(
      bare.send(.failed(JobID(0), by: InstanceID(0))) == [
        .fail(QueryID(0)), .release(QueryID(0)), .releaseGroup(GroupID(0)),
      ])
  }

  @Test("in replicated a query goes to two instances, the first reply wins, and a copy that is queued is removed")
  func replicated() {
    var bench = Bench(.init(mode: .replicated), base: 3)
    #expect(bench.query(0) == [.dispatch(JobID(0), to: InstanceID(0)), .dispatch(JobID(1), to: InstanceID(1))])
    #expect(bench.query(1) == [.dispatch(JobID(2), to: InstanceID(2))])
    #expect(bench.policy.waitingJobs(.base) == 1)
    #expect(
      bench.send(.finished(JobID(2), by: InstanceID(2))).first == .reply(QueryID(1), .own, from: JobID(2), position: 0))
    #expect(bench.policy.waitingJobs(.base) == 0)
    #expect(
      bench.send(.finished(JobID(1), by: InstanceID(1))) == [.reply(QueryID(0), .copy, from: JobID(1), position: 0)])
    // The other is at work and goes on; nobody waits for it.
    #expect(bench.send(.finished(JobID(0), by: InstanceID(0))).first == .release(QueryID(0)))
  }

  @Test("in rr a copy does not wait behind its own original")
  func copiesInLanes() {
    var bench = Bench(.init(mode: .replicated, queueMode: .roundRobin), base: 3)
    for query in 0..<6 { bench.query(query) }
    for number in stride(from: 0, to: 12, by: 2) {
      guard let own = bench.policy.job(JobID(number)), let copy = bench.policy.job(JobID(number + 1)) else { continue }
      #expect((own.instance ?? own.lane) != (copy.instance ?? copy.lane))
    }
    // Nor when an instance is lost and its jobs are dealt again.
    bench.send(.left(InstanceID(0)))
    for number in stride(from: 0, to: 12, by: 2) {
      guard let own = bench.policy.job(JobID(number)), let copy = bench.policy.job(JobID(number + 1)) else { continue }
      #expect((own.instance ?? own.lane) != (copy.instance ?? copy.lane), "job \(number)")
    }
  }

  @Test("in hedged a copy goes out once its query is older than the running 95th percentile, and not before")
  func hedged() {
    var bench = Bench(.init(mode: .hedged), base: 2)
    // Nineteen queries of 1 ms and one of 8 ms: the 95th percentile of twenty is the nineteenth.
    for query in 0..<20 {
      bench.query(query)
      #expect(bench.policy.nextDeadline == nil, "too little is known of latencies")
      bench.now = bench.now + (query == 7 ? .milliseconds(8) : .milliseconds(1))
      bench.send(.finished(JobID(query), by: InstanceID(query % 2)))
    }
    let sent = bench.now
    #expect(bench.query(20) == [.dispatch(JobID(20), to: InstanceID(0))])
    guard let hedge = bench.policy.nextDeadline else {
      Issue.record("no copy is planned")
      return
    }
    #expect(hedge > sent + .microseconds(990) && hedge < sent + .microseconds(1050))
    bench.now = hedge + .nanoseconds(-1)
    #expect(bench.send(.timer).isEmpty)
    bench.now = hedge
    #expect(bench.send(.timer) == [.dispatch(JobID(21), to: InstanceID(1))])
    #expect(
      bench.send(.finished(JobID(21), by: InstanceID(1))) == [.reply(QueryID(20), .copy, from: JobID(21), position: 0)])
    #expect(bench.policy.nextDeadline == nil)
  }

  @Test("any two losses of a group with two parities are decoded")
  func twoParities() {
    var bench = Bench(.init(mode: .coded, k: 3, parities: 2), base: 3)
    bench.send(.joined(InstanceID(3), .parity(0)))
    bench.send(.joined(InstanceID(4), .parity(1)))
    for query in 0..<3 { bench.query(query) }
    bench.send(.finished(JobID(1), by: InstanceID(1)))
    #expect(bench.send(.finished(JobID(3), by: InstanceID(3))).isEmpty)
    #expect(
      bench.send(.finished(JobID(4), by: InstanceID(4))) == [
        .decode(QueryID(0), seat(0, 0)), .decode(QueryID(2), seat(0, 2)),
      ])
  }
}
