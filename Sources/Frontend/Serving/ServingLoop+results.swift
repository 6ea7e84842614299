import NIOCore
import NIOHTTP1
import Serving
import Wire

// From a worker's outputs to the policy.
extension ServingLoop {
  /// Takes what a worker says of a job. Ignored if the policy does not think that this worker has it.
  func take(_ results: [WorkerMessage.Result], of id: JobID, from member: WorkerLink.Member) {
    guard let job = policy.job(id), job.instance == member.instance else {
      Log.event("\(member.component) gave outputs of job \(id.number), which it does not have")
      return
    }
    let results = checked(results, of: job, from: member)
    let hasOutputs =
      switch job.kind {
      case .own: takeOwn(results, of: job)
      case .approximate, .copy: takeTwin(results, of: job)
      case .parity(let index): takeParity(results, of: job, index: index)
      }
    submit(hasOutputs ? .finished(id, by: member.instance) : .failed(id, by: member.instance))
  }

  /// One result an input, each output whole float32 values.
  private func checked(
    _ results: [WorkerMessage.Result], of job: CodedPolicy.Job, from member: WorkerLink.Member
  ) -> [WorkerMessage.Result] {
    guard results.count == job.count else {
      let reason = "\(member.component) gave \(results.count) results for \(job.count) inputs"
      return Array(repeating: .failed(reason), count: job.count)
    }
    return results.map { result in
      guard case .output(let bytes) = result, bytes.readableBytes % 4 != 0 else { return result }
      return .failed("\(member.component) gave an output of \(bytes.readableBytes) bytes, which is no float32 tensor")
    }
  }

  /// Stores the outputs, and tells the senders of inputs that have none. If the batch has no output at all, its queries
  /// wait for what redundancy makes of them, but for those whose input is bad.
  /// - Returns: whether there is an output.
  private func takeOwn(_ results: [WorkerMessage.Result], of job: CodedPolicy.Job) -> Bool {
    let now = now()
    var hasOutputs = false
    let hasFailed = !results.contains { if case .output = $0 { true } else { false } }
    for (position, result) in results.enumerated() {
      guard let query = policy.query(job.group, member: job.member, position: position) else { continue }
      switch result {
      case .output(let bytes):
        hasOutputs = true
        payloads.store(own: bytes, of: query)
        record(query) { $0.own = now }
        // The policy took it for reconstructed, and it could not be.
        if flights[query.number]?.failure != nil { answer(query, bytes, .own) }
      case .badInput(let reason): withdraw(query, Refusal(.badRequest, reason))
      case .failed(let reason) where hasFailed: flights[query.number]?.failure = reason
      case .failed(let reason): withdraw(query, Refusal(.internalServerError, reason))
      }
    }
    return hasOutputs
  }

  /// Stores the outputs if every input has one; otherwise the query's own instance is waited for.
  private func takeTwin(_ results: [WorkerMessage.Result], of job: CodedPolicy.Job) -> Bool {
    guard let outputs = WorkerMessage.outputs(results) else { return false }
    let now = now()
    for (position, bytes) in outputs.enumerated() {
      guard let query = policy.query(job.group, member: job.member, position: position) else { continue }
      payloads.store(twin: bytes, of: query)
      record(query) { $0.redundant = now }
    }
    return true
  }

  /// Stores the outputs if every parity query has one of the base model's size: from others nothing could be decoded.
  private func takeParity(_ results: [WorkerMessage.Result], of job: CodedPolicy.Job, index: Int) -> Bool {
    guard let outputs = WorkerMessage.outputs(results) else { return false }
    if let expected = payloads.output_bytes, let other = outputs.first(where: { $0.readableBytes != expected }) {
      Log.event("outputs of parity model \(index) have \(other.readableBytes) bytes, the base model's \(expected)")
      return false
    }
    for (position, bytes) in outputs.enumerated() {
      payloads.store(parityOutput: bytes, job.group, position: position, parity: index)
    }
    return true
  }

  private func withdraw(_ query: QueryID, _ refusal: Refusal) {
    refuse(query, refusal)
    submit(.withdrawn(query))
  }
}

extension WorkerMessage {
  /// The outputs, if each result is one.
  fileprivate static func outputs(_ results: [Result]) -> [ByteBuffer]? {
    var outputs: [ByteBuffer] = []
    for result in results {
      guard case .output(let bytes) = result else {
        if case .failed(let reason) = result { Log.event("a redundant job failed: \(reason)") }
        return nil
      }
      outputs.append(bytes)
    }
    return outputs
  }
}
