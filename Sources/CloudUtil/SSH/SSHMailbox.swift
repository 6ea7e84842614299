import CLinux
import Glibc
import Synchronization

/// Where tasks leave work for the thread of a connection, and wake it.
final class SSHMailbox: Sendable {
  private struct State {
    var requests: [SSHRequest] = []
    var isClosing = false
    /// No thread looks here any more, for this reason.
    var closed: SSHError?
  }

  /// Counts; readable when somebody wants the thread.
  let event: Int32
  private let state = Mutex(State())

  /// - Throws: `SystemCall`.
  init() throws { event = try SystemCall.check("eventfd", linux_event()) }

  deinit { Glibc.close(event) }

  /// Makes the thread look again at all it has to do.
  func wake() {
    var one: UInt64 = 1
    _ = write(event, &one, MemoryLayout<UInt64>.size)
  }

  /// Hands `request` to the thread; it fails at once if there is none any more.
  func add(_ request: SSHRequest) {
    let closed = state.withLock { state in
      if state.closed == nil { state.requests.append(request) }
      return state.closed
    }
    if let closed { request.fail(.notSent(closed)) } else { wake() }
  }

  /// Makes the event quiet until the next wake.
  func clear() {
    var count: UInt64 = 0
    _ = read(event, &count, MemoryLayout<UInt64>.size)
  }

  /// Asks the thread to end.
  func requestClose() {
    state.withLock { $0.isClosing = true }
    wake()
  }

  var isClosing: Bool { state.withLock(\.isClosing) }
  /// Why nothing can be asked any more.
  var closed: SSHError? { state.withLock(\.closed) }

  /// What has come since the thread last asked.
  func take() -> (requests: [SSHRequest], isClosing: Bool) {
    clear()
    return state.withLock { state in
      defer { state.requests = [] }
      return (state.requests, state.isClosing)
    }
  }

  /// From now on every request fails, for `reason`.
  func close(_ reason: SSHError) {
    let left = state.withLock { state in
      if state.closed == nil { state.closed = reason }
      defer { state.requests = [] }
      return state.requests
    }
    for request in left { request.fail(.notSent(reason)) }
  }
}

/// What a task asks of a connection: a channel of its own.
enum SSHRequest: Sendable {
  case run(SSHProcess)
  /// A connection from the host to `host` and `port`, carried between the descriptor, which is owned, and a channel.
  case forward(host: String, port: Int, descriptor: Int32, opened: Promise<Void>)

  func fail(_ failure: SSHProcess.Failure) {
    switch self {
    case .run(let process): process.end(.failure(failure))
    case .forward(_, _, let descriptor, let opened):
      Glibc.close(descriptor)
      opened.fulfil(.failure(failure))
    }
  }
}
