import Synchronization

/// A result that comes once, from a thread, and is waited for by any number of tasks.
final class Promise<Value: Sendable>: Sendable {
  private struct State {
    var result: Result<Value, any Error>?
    var waiting: [Int: CheckedContinuation<Value, any Error>] = [:]
    var count = 0
  }

  private let state = Mutex(State())

  /// Only the first result counts.
  func fulfil(_ result: Result<Value, any Error>) {
    let waiting = state.withLock { state in
      guard state.result == nil else { return [Int: CheckedContinuation<Value, any Error>]() }
      state.result = result
      defer { state.waiting = [:] }
      return state.waiting
    }
    for continuation in waiting.values { continuation.resume(with: result) }
  }

  /// The result, if it has come.
  var result: Result<Value, any Error>? { state.withLock(\.result) }

  /// Waits for the result.
  /// - Throws: the error that came instead; `CancellationError`.
  func value() async throws -> Value {
    let ticket = state.withLock { state in
      state.count += 1
      return state.count
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Value, any Error>? = state.withLock { state in
          if let result = state.result { return result }
          // Cancellation sees this entry, or is seen here.
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiting[ticket] = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
      continuation?.resume(throwing: CancellationError())
    }
  }

  /// Waits for the result until `deadline`; nil if it has not come by then.
  /// - Throws: as `value()`.
  func value(by deadline: ContinuousClock.Instant) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await self.value() }
      group.addTask {
        try await Task.sleep(until: deadline, clock: .continuous)
        return nil
      }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }
}
