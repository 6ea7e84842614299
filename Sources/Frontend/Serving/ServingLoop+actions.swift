import NIOCore
import NIOHTTP1
import Serving
import Wire

// What the policy decides, done.
extension ServingLoop {
  func carryOut(_ action: CodedPolicy.Action, at now: Instant) {
    switch action {
    case .encode(let query, let seat): encode(query, seat)
    case .dispatch(let job, let instance): dispatch(job, to: instance, at: now)
    case .reply(let query, let source, _, _):
      if let output = payloads.output(of: query, source) {
        answer(query, output, source)
      } else {
        refuse(query, Refusal(.internalServerError, "the output is missing"))
      }
    case .decode(let query, let seat): decode(query, seat)
    case .replyDefault(let query):
      if let seat = policy.seat(of: query) { record(query) { $0.batch = policy.number(of: seat.group, seat.member) } }
      answer(query, ByteBuffer(), .default)
    case .fail(let query): fail(query)
    case .requeued: totals.requeued += 1
    case .release(let query):
      fail(query)
      payloads.release(query)
      flights.remove(query.number)
    case .releaseGroup(let group): payloads.release(group)
    }
  }

  /// Tells a sender that still waits why nothing will come.
  private func fail(_ query: QueryID) {
    guard let flight = flights[query.number], flight.sender != nil else { return }
    refuse(query, Refusal(.internalServerError, flight.failure ?? "no instance could answer it"))
  }

  private func encode(_ query: QueryID, _ seat: CodedPolicy.Seat) {
    let (group, batch) = (seat.group.number, policy.number(of: seat.group, seat.member))
    record(query) {
      $0.group = group
      $0.batch = batch
    }
    let started = now()
    payloads.encode(query, seat, now: { clock.now() }, completed: { records?.add($0) })
    if flights[query.number]?.phase == .measured { metrics.encoding.add(now() - started) }
  }

  private func decode(_ query: QueryID, _ seat: CodedPolicy.Seat) {
    do throws(CodingError) {
      let (output, code) = try payloads.decode(
        seat, query: { policy.query(seat.group, member: $0, position: seat.position) }, now: { clock.now() })
      record(query) { $0.redundant = code.started + code.duration }
      records?.add(code)
      if flights[query.number]?.phase == .measured { metrics.decoding.add(code.duration) }
      answer(query, output, .reconstructed)
    } catch {
      // Its own instance may still answer; when the group is released, nobody will.
      Log.event("group \(seat.group.number) cannot be decoded: \(error)")
      flights[query.number]?.failure = "the output cannot be reconstructed: \(error)"
    }
  }

  private func dispatch(_ id: JobID, to instance: InstanceID, at now: Instant) {
    guard let job = policy.job(id), let link = links[instance], let worker = link.member?.worker else { return }
    var items: [ByteBuffer] = []
    items.reserveCapacity(job.count)
    switch job.kind {
    case .own, .approximate, .copy:
      let batch = policy.number(of: job.group, job.member)
      for position in 0..<job.count {
        guard let query = policy.query(job.group, member: job.member, position: position) else { continue }
        items.append(payloads.input(of: query) ?? ByteBuffer())
        record(query) {
          $0.batch = batch
          guard job.kind == .own else { return }
          $0.dispatched = now
          $0.worker = worker
        }
      }
      link.send(id, WorkerMessage.Inputs(encoding: settings.input == .images ? .jpeg : .floats, items: items))
    case .parity(let index):
      for position in 0..<job.count { items.append(payloads.parityInput(job.group, position: position, parity: index)) }
      link.send(id, WorkerMessage.Inputs(encoding: .floats, items: items))
    }
  }
}
