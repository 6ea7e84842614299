/// Runs `operation` and then, whatever happened - it returned, threw or was cancelled - `teardown`, which cancellation does not reach.
///
/// - Parameter unnoticed: hears of an error of `teardown` that is not thrown.
/// - Returns: what `operation` returned.
/// - Throws: what `operation` threw; what `teardown` threw only if `operation` succeeded, so that a failing teardown
///   never hides the cause.
public func withTeardown<Result>(
  isolation: isolated (any Actor)? = #isolation,
  _ operation: () async throws -> Result,
  teardown: @escaping @Sendable () async throws -> Void,
  unnoticed: (any Error) -> Void = { _ in }
) async throws -> Result {
  let result: Result
  do {
    result = try await operation()
  } catch {
    let cause = error
    do {
      try await shielded(teardown)
    } catch {
      unnoticed(error)
    }
    throw cause
  }
  try await shielded(teardown)
  return result
}

/// Runs `operation` to its end even if the calling task is cancelled: the one place where a task stands outside its caller's.
func shielded<Result: Sendable>(_ operation: @escaping @Sendable () async throws -> Result) async throws -> Result {
  try await Task { try await operation() }.value
}
