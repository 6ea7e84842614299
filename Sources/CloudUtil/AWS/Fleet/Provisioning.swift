/// The course of one `provision`: the cluster's record, key and firewall, then its machines.
struct Provisioning: Sendable {
  let provider: EC2Provider
  let spec: FleetSpec
  let premises: LaunchPremises
  let opened: RecordDesk.Opened
  let lease: HeldLease

  var client: EC2Client { provider.client }
  var settings: EC2FleetSettings { provider.settings }
  var cluster: ClusterID { spec.cluster }
  /// As in `HeldLease`.
  var dead: String? { lease.dead }

  func machines() async throws -> [Role: [Machine]] {
    let present = try await provider.instances(of: cluster)
    let alive = present.filter { !$0.state.isEnding }
    let (record, image) = try await renewed(alive: alive)
    // Before any of them is started: a machine that boots looks at once whether its time is over.
    try await alignExpiry(alive, record.expires)
    let keyName = try await ensureKey(alive: alive)
    try await ensureFirewall(record)
    let journal = try LaunchJournal(folder: provider.site.folder(of: cluster))
    let parameters = LaunchParameters(
      record: record, keyName: keyName, image: image, volume_gb: settings.volume_gb, extraTags: settings.tags)
    let entries = try journal.entries(of: record.groupID)
    let began = ContinuousClock.now
    let history = try LaunchHistory(entries, present: present, dead: dead) {
      try parameters.request($0).clientToken
    }
    let launches = launches(present: present, unanswered: history.unanswered)
    var plan = FleetPlan(
      wants, imageID: image.id, launches: launches, pace: provider.pace, quiet: unseen(mayHide: history.mayHide),
      now: ContinuousClock.now
    )
    do {
      // What is seen once is there: the next question may not show it.
      try plan.observe(present, now: .now)
      try await reach(&plan, parameters, journal)
    } catch let failure as FleetPlan<ContinuousClock.Instant>.Failure {
      throw ended(explain(failure, alive: plan.alive), alive: plan.alive, journal)
    } catch let error as AWSError {
      throw ended(.call(error), alive: plan.alive, journal)
    } catch let error as SystemCall {
      // What other calls have made meanwhile, only AWS can say.
      throw ended(.unwritten("\(error)"), alive: nil, journal)
    }
    await settle(journal, isAllVisible: ContinuousClock.now >= began + provider.pace.visibility)
    // Somebody may have extended the cluster meanwhile.
    let now = try await provider.groups(of: cluster).compactMap { ClusterRecord($0) }.first
    try await alignExpiry(plan.alive, max(record.expires, now?.expires ?? record.expires))
    tellOfSurprises(plan)
    return plan.machines.mapValues { $0.map(Machine.init) }
  }

  private var wants: [FleetPlan<ContinuousClock.Instant>.Want] {
    spec.groups.sorted { $0.key.name < $1.key.name }.map {
      .init(role: $0, count: $1.count, instanceType: $1.instanceType)
    }
  }

  /// For how long machines of launches before may not be seen: nothing is asked for meanwhile. Of a cluster that was there,
  /// one look that shows too few is not enough, even if none of its launches may hide any.
  func unseen(mayHide: Bool) -> Duration {
    if mayHide { return provider.pace.visibility }
    return opened.isNew ? .zero : provider.pace.poll * 4
  }

  /// Of what this launch's calls have made nobody has to wonder any more, now that the fleet stands; of those of launches
  /// before, once everything is visible.
  private func settle(_ journal: LaunchJournal, isAllVisible: Bool) async {
    // What cannot be read stays open, and the next launch wonders.
    let entries = (try? journal.entries(of: opened.record.groupID)) ?? []
    for var entry in LaunchJournal.unanswered(entries) where isAllVisible || entry.holder == LeaseDesk.holder {
      entry.answer = "settled"
      await note(entry, in: journal)
    }
  }

  // MARK: Until the machines run

  private func reach(
    _ plan: inout FleetPlan<ContinuousClock.Instant>, _ parameters: LaunchParameters, _ journal: LaunchJournal
  ) async throws {
    var told = ""
    while true {
      try plan.observe(try await provider.instances(of: cluster), now: .now)
      let steps = try plan.steps(now: .now)
      if plan.isDone { break }
      // What was made first: a failure ends this, and has to say all that exists.
      for (step, answer) in try await carryOut(steps, parameters, journal).sorted(by: {
        !$0.1.isFailure && $1.1.isFailure
      }) {
        switch (step, answer) {
        case (.run(let call), .success(let instances)): try plan.made(call, instances, now: .now)
        case (.run(let call), .failure(let error)):
          let token = try parameters.request(call).clientToken ?? ""
          try plan.refused(call, token: token, error, now: .now)
          let waiting = plan.isInDoubt(Role(call.role)) ? "; waiting until what that made, if it did, can be seen" : ""
          provider.tell("\(call.role): \(error)\(waiting)")
        case (.start, .success): break
        case (.start(let ids), .failure(let error)):
          provider.tell("\(error)")
          try plan.notStarted(ids, error)
        }
      }
      let now = progress(plan.alive)
      if now != told { provider.tell(now) }
      told = now
      try await provider.pause()
    }
    provider.tell(progress(plan.alive))
  }

  /// Everything at once, however it ends; errors that are not AWS's come through.
  private func carryOut(
    _ steps: [FleetPlan<ContinuousClock.Instant>.Step], _ parameters: LaunchParameters, _ journal: LaunchJournal
  ) async throws -> [(FleetPlan<ContinuousClock.Instant>.Step, Result<[EC2Instance], AWSError>)] {
    if !steps.isEmpty { try await lease.check() }
    return try await withThrowingTaskGroup(
      of: (FleetPlan<ContinuousClock.Instant>.Step, Result<[EC2Instance], AWSError>).self
    ) { group in
      for step in steps {
        group.addTask {
          do {
            switch step {
            case .run(let call): return (step, .success(try await run(call, parameters, journal)))
            case .start(let ids):
              _ = try await client.send(StartInstances(ids))
              return (step, .success([]))
            }
          } catch let error as AWSError { return (step, .failure(error)) }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// One call, written down before and after.
  private func run(_ call: LaunchCall, _ parameters: LaunchParameters, _ journal: LaunchJournal) async throws
    -> [EC2Instance]
  {
    let request = try parameters.request(call)
    var entry = LaunchJournal.Entry(
      generation: parameters.record.groupID, token: request.clientToken ?? "", call: call, holder: LeaseDesk.holder,
      answer: nil)
    try await onThread { [entry] in try journal.append(entry) }
    do {
      let instances = try await client.send(request)
      entry.answer = instances.map(\.id).joined(separator: " ")
      await note(entry, in: journal)
      return instances
    } catch let error as AWSError {
      // One that may have been carried out stays unanswered.
      if !error.mayHaveHappened {
        entry.answer = error.code ?? "refused"
        await note(entry, in: journal)
      }
      throw error
    }
  }

  /// Writes an answer down. Where that fails, what it tells of is there all the same: the next launch makes the call again, by
  /// the same token, and is answered the same.
  private func note(_ entry: LaunchJournal.Entry, in journal: LaunchJournal) async {
    do {
      try await onThread { try journal.append(entry) }
    } catch {
      provider.tell("what AWS has answered for \(entry.call.role) cannot be written down: \(error)")
    }
  }

  /// `frontend 1 running; worker 3 running, 9 pending of 12`.
  private func progress(_ alive: [EC2Instance]) -> String {
    wants.map { want in
      let mine = alive.filter { $0.tags[ClusterTag.role] == want.role.name }
      let states = Dictionary(grouping: mine, by: \.state.description).mapValues(\.count)
      let words = states.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      return "\(want.role): \(words.isEmpty ? "none yet" : words) of \(want.count)"
    }.joined(separator: "; ")
  }

  /// With the calls that may have made what is not among `alive`.
  private func ended(
    _ reason: FleetFailure.Reason, alive: [EC2Instance]?, _ journal: LaunchJournal
  ) -> FleetFailure {
    var failure = FleetFailure(reason, cluster: cluster, alive: alive)
    let entries = (try? journal.entries(of: opened.record.groupID)) ?? []
    failure.unanswered = LaunchJournal.unanswered(entries).map {
      .init(role: $0.call.role, instanceType: $0.call.instanceType, count: $0.call.count, token: $0.token)
    }
    return failure
  }

  private func explain(
    _ failure: FleetPlan<ContinuousClock.Instant>.Failure, alive: [EC2Instance]
  ) -> FleetFailure.Reason {
    let type = { (role: Role) in wants.first { $0.role == role }?.instanceType ?? "" }
    // Stopped machines count against no quota before they are started.
    let missing = { (role: Role) in
      (wants.first { $0.role == role }?.count ?? 0)
        - alive.count { $0.tags[ClusterTag.role] == role.name && [.pending, .running].contains($0.state) }
    }
    return switch failure {
    case .refused(let role, let reasons, .capacity), .refused(let role, let reasons, .missing(.zone)):
      .capacity(role: role.name, instanceType: type(role), reasons: reasons)
    case .refused(let role, let reasons, .quota):
      .quota(
        nil, role: role.name, instanceType: type(role), count: missing(role),
        words: reasons.values.sorted().joined(separator: "; "))
    case .refused(let role, let reasons, _): .died(role: role.name, reasons: reasons)
    case .call(let role, let error) where error.kind == .quota:
      .quota(error, role: role.name, instanceType: type(role), count: missing(role), words: "")
    case .call(_, let error): .call(error)
    case .ended(let machine): .ended(machine: machine)
    case .late(let machines): .late(machines)
    }
  }

  // MARK: Before and after

  /// Where each role asks, beginning with where the cluster stands already: machines near each other are what is measured.
  private func launches(present: [EC2Instance], unanswered: [LaunchCall]) -> [Role: RoleLaunch] {
    let near = Set(present.filter { !$0.state.isEnding }.compactMap(\.availabilityZone))
    return Dictionary(
      uniqueKeysWithValues: wants.map { want in
        let asked = premises.zones[want.instanceType] ?? []
        return (
          want.role,
          RoleLaunch(
            role: want.role, instanceType: want.instanceType,
            zones: asked.filter(near.contains) + asked.filter { !near.contains($0) },
            unanswered: unanswered.filter { $0.role == want.role.name })
        )
      })
  }

  /// Machines that were there before have the time of an earlier launch. None loses time: what says less may be old.
  private func alignExpiry(_ alive: [EC2Instance], _ expires: UTCTime) async throws {
    let latest = alive.latestExpiry(orElse: expires)
    try await provider.setExpiry(latest, of: alive.filter { $0.expires.map { $0 < latest } ?? true }.map(\.id))
  }

  private func tellOfSurprises(_ plan: FleetPlan<ContinuousClock.Instant>) {
    let zones = Set(plan.machines.values.joined().compactMap(\.availabilityZone)).sorted()
    if zones.count > 1 {
      provider.tell(
        "WARNING: the machines stand in several zones (\(zones.joined(separator: ", "))), which adds to latencies")
    }
    let unused = plan.unused
    if !unused.isEmpty {
      let list = unused.map { "\($0.id) (\($0.type), \($0.state))" }.sorted().joined(separator: ", ")
      // What is stopped costs no more than its volume.
      let running = unused.filter { [.pending, .running].contains($0.state) }.map(\.type)
      let price = running.isEmpty ? "money for their volumes" : provider.price(running)
      provider.tell(
        "WARNING: the cluster has machines that this experiment does not use, and that cost \(price): \(list)")
    }
  }

  func misfit(_ words: String) -> FleetFailure { FleetFailure(.misfit(words), cluster: cluster) }
}

extension Result {
  fileprivate var isFailure: Bool {
    if case .failure = self { true } else { false }
  }
}

extension Machine {
  init(_ instance: EC2Instance) {
    self.init(
      name: instance.id, address: instance.privateAddress ?? "", publicAddress: instance.publicAddress,
      zone: instance.availabilityZone)
  }
}

extension AWSError {
  /// Whether the call may have been carried out although it failed.
  var mayHaveHappened: Bool {
    switch kind {
    case .lostReply, .server, .malformedReply: true
    default: followsLostReply
    }
  }
}
