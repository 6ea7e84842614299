import Serving

// What the policy decides, done in virtual time.
extension Simulation {
  mutating func carryOut(_ action: CodedPolicy.Action, at now_ns: Int64) {
    switch action {
    case .encode(let query, let seat): encode(query, seat, at: now_ns)
    case .dispatch(let job, let instance): dispatch(job, to: instance, at: now_ns)
    case .reply(let query, let source, _, _): complete(query, source, at: now_ns)
    case .decode(let query, let seat):
      let ready_ns = now_ns + trial.codes.decode_ns
      let number = Int(numbers[query.number])
      note(seat.group, isDecoding: true, isWarmup: number < trial.load.warmup, at: now_ns)
      outcome.queries[number].redundant_ns = ready_ns
      complete(query, .reconstructed, at: ready_ns)
    case .replyDefault(let query):
      if let seat = policy.seat(of: query) {
        outcome.queries[Int(numbers[query.number])].batch = Int32(
          truncatingIfNeeded: policy.number(of: seat.group, seat.member))
      }
      complete(query, .default, at: now_ns)
    case .fail(let query), .release(let query): complete(query, .failed, at: now_ns)
    case .requeued: outcome.requeued += 1
    case .releaseGroup: break
    }
  }

  /// The last input of a parity query completes it.
  private mutating func encode(_ query: QueryID, _ seat: CodedPolicy.Seat, at now_ns: Int64) {
    let number = Int(numbers[query.number])
    outcome.queries[number].group = Int32(truncatingIfNeeded: seat.group.number)
    outcome.queries[number].batch = Int32(truncatingIfNeeded: policy.number(of: seat.group, seat.member))
    guard seat.member == policy.batchesPerGroup - 1 else { return }
    for member in 0..<seat.member where policy.query(seat.group, member: member, position: seat.position) == nil {
      return
    }
    for _ in 0..<trial.policy.parities {
      note(seat.group, isDecoding: false, isWarmup: number < trial.load.warmup, at: now_ns)
    }
  }

  private mutating func note(_ group: GroupID, isDecoding: Bool, isWarmup: Bool, at now_ns: Int64) {
    outcome.codes.append(
      SimulatedCode(
        group: Int32(truncatingIfNeeded: group.number), isDecoding: isDecoding, isWarmup: isWarmup,
        started_ns: now_ns))
  }

  private mutating func dispatch(_ id: JobID, to instance: InstanceID, at now_ns: Int64) {
    guard let job = policy.job(id) else { return }
    let worker = Int(workerOfInstance[instance.number])
    var input_bytes = 0
    switch job.kind {
    case .parity: input_bytes = job.count * trial.payload.parityInput_bytes
    case .own:
      let batch = Int32(truncatingIfNeeded: policy.number(of: job.group, job.member))
      for position in 0..<job.count {
        guard let number = number(of: job, at: position) else { continue }
        input_bytes += inputSize_bytes(ofQuery: number)
        outcome.queries[number].batch = batch
        outcome.queries[number].dispatched_ns = now_ns
        outcome.queries[number].worker = Int32(truncatingIfNeeded: worker)
      }
    case .approximate, .copy:
      for position in 0..<job.count {
        if let number = number(of: job, at: position) { input_bytes += inputSize_bytes(ofQuery: number) }
      }
    }
    let delivery = SimulatedWorker.Delivery(
      input_bytes: input_bytes, output_bytes: job.count * trial.payload.output_bytes)
    if isDirect { answer(delivery, by: worker, at: now_ns) } else { send(delivery, to: worker, at: now_ns) }
  }

  /// The whole way of a job where nothing can come between: to the worker, through its model and back.
  private mutating func answer(_ delivery: SimulatedWorker.Delivery, by worker: Int, at now_ns: Int64) {
    let arrival_ns = now_ns + trial.network.toWorker_ns(bytes: delivery.input_bytes, beside: 0)
    let end_ns = workers[worker].end(ofBatchFrom: arrival_ns)
    let outputs_ns = end_ns + trial.network.fromWorker_ns(bytes: delivery.output_bytes, beside: 0)
    workers[worker].outputs = events.add(.outputs, worker, at: outputs_ns)
  }

  /// A worker's outputs are in: those of the job that the policy thinks it has.
  mutating func takeOutputs(of worker: Int, _ key: UInt64, at now_ns: Int64) {
    guard workers[worker].outputs == key, let instance = workers[worker].instance else { return }
    workers[worker].outputs = 0
    guard let id = policy.job(of: instance), let job = policy.job(id) else { return }
    switch job.kind {
    case .own:
      for position in 0..<job.count {
        if let number = number(of: job, at: position) { outcome.queries[number].own_ns = now_ns }
      }
    case .approximate, .copy:
      for position in 0..<job.count {
        if let number = number(of: job, at: position) { outcome.queries[number].redundant_ns = now_ns }
      }
    case .parity: break
    }
    submit(.finished(id, by: instance), at: now_ns)
  }

  /// The number in the schedule of a query of the job's batch.
  private func number(of job: CodedPolicy.Job, at position: Int) -> Int? {
    policy.query(job.group, member: job.member, position: position).map { Int(numbers[$0.number]) }
  }

  private func inputSize_bytes(ofQuery number: Int) -> Int {
    let sizes = trial.payload.inputs_bytes
    return sizes.count == 1 ? sizes[0] : sizes[outcome.schedule.queries[number].sample % sizes.count]
  }

  mutating func join(_ worker: Int, at now_ns: Int64) {
    workers[worker].isAlive = true
    // One that the frontend still thinks is here has to wait until it is given up, and a silent one cannot say hello.
    guard workers[worker].instance == nil, !workers[worker].isSilent else { return }
    workers[worker].silentSince_ns = nil
    let instance = InstanceID(workerOfInstance.count)
    workerOfInstance.append(Int32(truncatingIfNeeded: worker))
    workers[worker].instance = instance
    submit(.joined(instance, workers[worker].pool), at: now_ns)
  }
}
