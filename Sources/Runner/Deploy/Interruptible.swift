import CloudUtil

/// Runs `work` until it ends or the user asks to stop (Ctrl-C, SIGTERM, SIGHUP); then `work` is cancelled, has its teardown,
/// and this throws `CancellationError`.
func interruptible<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
  let interruption = Interruption()
  return try await withThrowingTaskGroup(of: Result.self) { group in
    defer { group.cancelAll() }
    group.addTask(operation: work)
    group.addTask {
      for await _ in interruption.events() { break }
      throw CancellationError()
    }
    guard let result = try await group.next() else { throw CancellationError() }
    return result
  }
}
