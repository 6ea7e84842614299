import CloudUtil
import Synchronization

/// Work that keeps a core busy for long, on a thread of its own: Swift's own threads are few, and one must be free to hear of
/// Ctrl-C.
enum Computation {
  private final class Cancellation: Sendable {
    private let isAsked = Mutex(false)
    func ask() { isAsked.withLock { $0 = true } }
    var hasBeenAsked: Bool { isAsked.withLock { $0 } }
  }

  /// - Parameter work: is given a question to ask now and then: whether the task was cancelled.
  static func run<Result: Sendable>(
    _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Result
  ) async throws -> Result {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await onThread { try work { cancellation.hasBeenAsked } }
    } onCancel: {
      cancellation.ask()
    }
  }
}
