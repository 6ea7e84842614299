import Dispatch
import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

/// SIGINT and SIGTERM as a value to wait for, from the moment this is made.
final class Interruption {
  /// Fails with the `ClientError` that says which signal came.
  private let signalled: EventLoopFuture<Never>
  private let promise: EventLoopPromise<Never>
  private let sources: [any DispatchSourceSignal]

  init(eventLoop: any EventLoop) {
    let promise = eventLoop.makePromise(of: Never.self)
    sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
      // The default would end the process before the source hears of it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { promise.fail(ClientError(.interrupted, "interrupted by \(name)")) }
      source.resume()
      return source
    }
    self.promise = promise
    signalled = promise.futureResult
  }

  deinit {
    for source in sources { source.cancel() }
    promise.fail(Over())
  }

  private struct Over: Error {}

  /// Calls `body` on the event loop when a signal comes, or at once if one has.
  func whenSignalled(_ body: @escaping @Sendable () -> Void) {
    signalled.whenFailure { if ($0 as? ClientError)?.kind == .interrupted { body() } }
  }

  /// Waits for a value, or for a signal.
  func orWait<Value: Sendable>(for future: EventLoopFuture<Value>) throws -> Value {
    let first = future.eventLoop.makePromise(of: Value.self)
    future.cascade(to: first)
    signalled.whenFailure { first.fail($0) }
    return try first.futureResult.wait()
  }
}
