/// Runs `work`, and cancels it once `limit` is over.
/// - Throws: what `work` throws; `CancellationError` if that is what its cancellation makes of it.
public func within<Result: Sendable>(
  _ limit: Duration, _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result?.self) { group in
    defer { group.cancelAll() }
    group.addTask(operation: work)
    group.addTask {
      try await Task.sleep(for: limit)
      return nil
    }
    guard let first = try await group.next(), let result = first else { throw CancellationError() }
    return result
  }
}
