import Foundation
import Synchronization

/// Requests to stop (SIGINT, SIGTERM, SIGHUP), as events: none of them ends the process any more, the receiver decides.
///
/// Signals are taken over for good, so a second Ctrl-C is one more event and does not abort a teardown.
public enum Interruption {
  /// Takes over `signals` and tells each that was received since it was first taken over, then each as it comes.
  /// The stream does not end by itself.
  ///
  /// A hangup that the process was told to ignore (`nohup`) stays ignored.
  /// - Throws: `SystemCall` if the process has no descriptor left.
  public static func events(_ signals: Set<Int32> = [SIGINT, SIGTERM, SIGHUP]) throws -> AsyncStream<Int32> {
    try takeOver(signals)
    return AsyncStream { listener in
      let key = UUID()
      listener.onTermination = { _ in _ = state.withLock { $0.listeners.removeValue(forKey: key) } }
      state.withLock { state in
        for number in state.received where signals.contains(number) { listener.yield(number) }
        state.listeners[key] = Listener(signals: signals, stream: listener)
      }
    }
  }

  private struct State {
    var taken: Set<Int32> = []
    var received: [Int32] = []
    var listeners: [UUID: Listener] = [:]
  }

  private struct Listener {
    var signals: Set<Int32>
    var stream: AsyncStream<Int32>.Continuation
  }

  private static let state = Mutex(State())
  /// Where the signal handler writes, since writing is all that a handler may safely do; -1 as long as nothing is taken over.
  private static let sink = Atomic<Int32>(-1)

  private static func takeOver(_ signals: Set<Int32>) throws {
    try state.withLock { state in
      if sink.load(ordering: .relaxed) < 0 { try startReader() }
      for number in signals.subtracting(state.taken) {
        var action = sigaction()
        sigaction(number, nil, &action)
        if number == SIGHUP, isIgnored(action) { continue }
        action = sigaction()
        action.sa_flags = SA_RESTART
        action.__sigaction_handler.sa_handler = { number in
          let code = errno
          var byte = UInt8(truncatingIfNeeded: number)
          _ = write(Interruption.sink.load(ordering: .relaxed), &byte, 1)
          errno = code
        }
        _ = try SystemCall.check("sigaction", sigaction(number, &action, nil))
        state.taken.insert(number)
      }
    }
  }

  /// Makes the pipe that carries signals, one byte each, and the thread that reads it.
  private static func startReader() throws {
    var ends: [Int32] = [-1, -1]
    _ = try SystemCall.check("pipe", pipe(&ends))
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A handler must never wait for the reader.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let source = ends[0]
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        if read(source, &byte, 1) == 1 { receive(Int32(byte)) }
      }
    }
    sink.store(ends[1], ordering: .relaxed)
  }

  private static func receive(_ number: Int32) {
    state.withLock { state in
      state.received.append(number)
      for listener in state.listeners.values where listener.signals.contains(number) { listener.stream.yield(number) }
    }
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
