import Serving

// Workers that are lost, stand still or come back, and links whose rate changes: a job's way step by step.
extension Simulation {
  // MARK: A job's way

  func send_ns(_ bytes: Int, to worker: Int) -> Int64 {
    trial.network.toWorker_ns(bytes: bytes, beside: Int(shuffles?.reaching[worker] ?? 0))
  }

  func return_ns(_ bytes: Int, from worker: Int) -> Int64 {
    trial.network.fromWorker_ns(bytes: bytes, beside: Int(shuffles?.leaving[worker] ?? 0))
      + workers[worker].addedDelay_ns
  }

  mutating func send(_ delivery: SimulatedWorker.Delivery, to worker: Int, at now_ns: Int64) {
    // To one that is dead it is sent before the frontend sees that.
    guard workers[worker].isAlive else { return }
    guard !workers[worker].isCut else {
      workers[worker].undelivered = delivery
      return
    }
    begin(delivery, by: worker, at: now_ns + send_ns(delivery.input_bytes, to: worker))
  }

  private mutating func begin(_ delivery: SimulatedWorker.Delivery, by worker: Int, at arrival_ns: Int64) {
    // What it had before, for a frontend that has given it up meanwhile, comes first.
    let start_ns = max(arrival_ns, workers[worker].freeAt_ns)
    let end_ns = workers[worker].end(ofBatchFrom: start_ns)
    workers[worker].work = SimulatedWorker.Work(delivery: delivery, start_ns: start_ns, left_ns: end_ns - start_ns)
    workers[worker].freeAt_ns = end_ns
    if !workers[worker].isPaused { workers[worker].work?.end = events.add(.workEnded, worker, at: end_ns) }
  }

  mutating func endWork(of worker: Int, _ key: UInt64, at now_ns: Int64) {
    guard let work = workers[worker].work, work.end == key else { return }
    workers[worker].work = nil
    guard work.isWanted else { return }
    guard !workers[worker].isCut else {
      workers[worker].heldOutputs_bytes = work.delivery.output_bytes
      return
    }
    giveBack(work.delivery.output_bytes, from: worker, at: now_ns)
  }

  private mutating func giveBack(_ bytes: Int, from worker: Int, at now_ns: Int64) {
    workers[worker].outputs = events.add(.outputs, worker, at: now_ns + return_ns(bytes, from: worker))
  }

  // MARK: Faults

  /// - Parameter index: of the fault among the trial's.
  mutating func strike(_ index: Int, at now_ns: Int64) {
    let fault = trial.faults[index]
    let worker = fault.worker
    guard workers[worker].isRunning || fault.action == .restart else {
      outcome.faultsFailed.insert(index)
      return
    }
    switch fault.action {
    case .kill: kill(worker, at: now_ns)
    case .restart:
      kill(worker, at: now_ns)
      // It comes back as it was started, with a link of its own.
      (workers[worker].factor, workers[worker].addedDelay_ns, workers[worker].isCut) = (1, 0, false)
      begin(startOf: worker, at: now_ns, lasting: trial.recovery.restart_ns)
    case .pause: pause(worker, at: now_ns)
    case .resume: resume(worker, at: now_ns)
    case .partition:
      guard !workers[worker].isCut else { return }
      workers[worker].isCut = true
      fallSilent(worker, at: now_ns)
    case .heal: heal(worker, at: now_ns)
    case .delay(let ns): workers[worker].addedDelay_ns = ns
    case .slow(let factor): workers[worker].factor = factor
    }
  }

  private mutating func kill(_ worker: Int, at now_ns: Int64) {
    (workers[worker].start, workers[worker].heldStart_ns, workers[worker].isPaused) = (0, nil, false)
    guard workers[worker].isAlive else { return }
    workers[worker].isAlive = false
    workers[worker].work = nil
    workers[worker].undelivered = nil
    workers[worker].heldOutputs_bytes = nil
    workers[worker].freeAt_ns = now_ns
    workers[worker].closing = workers[worker].instance
    // Through a cut nobody sees a link close; then its silence tells.
    guard !workers[worker].isCut, workers[worker].instance != nil else { return }
    workers[worker].silentSince_ns = nil
    events.add(.closed, worker, at: now_ns + return_ns(0, from: worker))
  }

  private mutating func begin(startOf worker: Int, at now_ns: Int64, lasting span_ns: Int64) {
    workers[worker].startsAt_ns = now_ns + span_ns
    workers[worker].start = events.add(.joined, worker, at: now_ns + span_ns)
  }

  private mutating func pause(_ worker: Int, at now_ns: Int64) {
    guard !workers[worker].isPaused else { return }
    workers[worker].isPaused = true
    guard workers[worker].isAlive else {
      // Nobody hears from one that still starts, so that nobody misses it either.
      workers[worker].heldStart_ns = workers[worker].startsAt_ns - now_ns
      workers[worker].start = 0
      return
    }
    if let work = workers[worker].work, work.end != 0 {
      workers[worker].work?.end = 0
      workers[worker].work?.left_ns -= max(0, now_ns - work.start_ns)
      workers[worker].work?.start_ns = max(now_ns, work.start_ns)
    }
    fallSilent(worker, at: now_ns)
  }

  private mutating func resume(_ worker: Int, at now_ns: Int64) {
    guard workers[worker].isPaused else { return }
    workers[worker].isPaused = false
    if let left_ns = workers[worker].heldStart_ns {
      workers[worker].heldStart_ns = nil
      return begin(startOf: worker, at: now_ns, lasting: left_ns)
    }
    if let work = workers[worker].work {
      let start_ns = max(now_ns, work.start_ns)
      workers[worker].work?.start_ns = start_ns
      workers[worker].freeAt_ns = start_ns + work.left_ns
      workers[worker].work?.end = events.add(.workEnded, worker, at: start_ns + work.left_ns)
    }
    speakAgain(worker, at: now_ns)
  }

  private mutating func heal(_ worker: Int, at now_ns: Int64) {
    workers[worker].addedDelay_ns = 0
    guard workers[worker].isCut else { return }
    workers[worker].isCut = false
    if let bytes = workers[worker].heldOutputs_bytes {
      workers[worker].heldOutputs_bytes = nil
      if workers[worker].instance != nil { giveBack(bytes, from: worker, at: now_ns) }
    }
    if let delivery = workers[worker].undelivered {
      workers[worker].undelivered = nil
      if workers[worker].instance != nil, workers[worker].isAlive { send(delivery, to: worker, at: now_ns) }
    }
    // It died behind the cut, and now the frontend hears of it.
    if let instance = workers[worker].instance, workers[worker].closing == instance {
      events.add(.closed, worker, at: now_ns + return_ns(0, from: worker))
    }
    speakAgain(worker, at: now_ns)
  }

  // MARK: Silence

  private mutating func fallSilent(_ worker: Int, at now_ns: Int64) {
    guard workers[worker].silentSince_ns == nil else { return }
    workers[worker].silentSince_ns = now_ns
    events.add(.silence, worker, at: now_ns + trial.recovery.silence_ns)
  }

  private mutating func speakAgain(_ worker: Int, at now_ns: Int64) {
    guard !workers[worker].isSilent else { return }
    workers[worker].silentSince_ns = nil
    if workers[worker].instance == nil, workers[worker].isAlive {
      events.add(.joined, worker, at: now_ns + trial.recovery.rejoin_ns)
    }
  }

  mutating func hearNothing(from worker: Int, at now_ns: Int64) {
    guard let since_ns = workers[worker].silentSince_ns, now_ns - since_ns >= trial.recovery.silence_ns else { return }
    lose(worker, at: now_ns)
  }

  mutating func close(_ worker: Int, at now_ns: Int64) {
    guard let instance = workers[worker].instance, workers[worker].closing == instance else { return }
    lose(worker, at: now_ns)
    // It was started again before the frontend saw that it had gone.
    if workers[worker].isAlive { join(worker, at: now_ns) }
  }

  /// The frontend gives the worker up. What the worker still does is for nobody.
  private mutating func lose(_ worker: Int, at now_ns: Int64) {
    guard let instance = workers[worker].instance else { return }
    workers[worker].instance = nil
    workers[worker].outputs = 0
    workers[worker].undelivered = nil
    workers[worker].heldOutputs_bytes = nil
    workers[worker].work?.isWanted = false
    outcome.workersLost += 1
    submit(.left(instance), at: now_ns)
  }
}
