// Signal sources are thread-safe; their protocol does not say so yet.
@preconcurrency import Dispatch
import Glibc
import Synchronization

/// Requests to stop (SIGINT, SIGTERM, SIGHUP), as events: none of them ends the process any more, the receiver decides.
///
/// As long as the value lives, further signals are events too, so a second Ctrl-C does not abort a teardown.
public final class Interruption: Sendable {
  private let sources: [any DispatchSourceSignal]
  private let state: Mutex<State>

  private struct State {
    var received: [Int32] = []
    var listeners: [AsyncStream<Int32>.Continuation] = []
  }

  /// Takes over `signals`. A hangup that the process was told to ignore (`nohup`) stays ignored.
  public init(_ signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
    let taken = signals.filter { $0 != SIGHUP || !Interruption.isIgnored($0) }
    sources = taken.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    state = Mutex(State())
    for (number, source) in zip(taken, sources) {
      source.setEventHandler { [weak self] in self?.receive(number) }
      source.resume()
    }
  }

  deinit { for source in sources { source.cancel() } }

  /// Every signal received since this value was made, then each as it comes. Never ends by itself.
  public func events() -> AsyncStream<Int32> {
    AsyncStream { listener in
      state.withLock { state in
        for number in state.received { listener.yield(number) }
        state.listeners.append(listener)
      }
    }
  }

  private func receive(_ number: Int32) {
    state.withLock { state in
      state.received.append(number)
      for listener in state.listeners { listener.yield(number) }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
