import Synchronization

/// A command on a host, between the task that wants it and the thread of the connection that carries it.
///
/// One task reads what it prints (`next`), one task writes its standard input (`write`). Both are held back while the other
/// side does not keep up.
final class SSHProcess: Sendable {
  /// What it printed.
  struct Piece: Sendable {
    enum Stream { case stdout, stderr }
    var stream: Stream
    var bytes: [UInt8]
  }

  /// Why its end is not known.
  enum Failure: Error {
    /// The host was never asked to start it.
    case notSent(SSHError)
    /// It may have been started.
    case lost(SSHError)
    /// The host was asked and did not start it.
    case notStarted(String)
  }

  let script: SSHScript
  private let wake: @Sendable () -> Void
  private let state: Mutex<State>
  /// Its id on the host, once it has started.
  let started = Promise<Int32>()
  let ended = Promise<Termination>()

  fileprivate struct State {
    var stdout: MarkerFilter
    var stderr: MarkerFilter
    var pieces: [Piece] = []
    var pieceBytes = 0
    var isDiscarding = false
    var reader: CheckedContinuation<Void, any Error>?
    var input: [UInt8]
    /// The first so many bytes of `input` have gone.
    var sent = 0
    var isInputComplete: Bool
    var writer: CheckedContinuation<Void, any Error>?
    var isClosing = false
    var end: Result<Termination, any Error>?
  }

  /// Bytes that may wait in either direction.
  private static let capacity = 1 << 20

  /// - Parameters:
  ///   - input: follows the preamble on standard input.
  ///   - isInputComplete: nothing will be written besides.
  ///   - wake: tells the thread that something has changed here.
  init(_ script: SSHScript, input: [UInt8], isInputComplete: Bool, wake: @escaping @Sendable () -> Void) {
    self.script = script
    self.wake = wake
    state = Mutex(
      State(
        stdout: MarkerFilter(marker: script.marker), stderr: MarkerFilter(marker: script.marker),
        input: script.preamble + input, isInputComplete: isInputComplete))
  }

  // MARK: - For the task

  /// What is printed next, in the order in which it came for each stream; nil once it has ended and all was read.
  /// - Throws: `Failure`, `CancellationError`.
  func next() async throws -> Piece? {
    while true {
      try Task.checkCancellation()
      let (piece, end, isRoomMade): (Piece?, Result<Termination, any Error>?, Bool) = state.withLock { state in
        guard !state.pieces.isEmpty else { return (nil, state.end, false) }
        let wasFull = state.pieceBytes >= SSHProcess.capacity
        let piece = state.pieces.removeFirst()
        state.pieceBytes -= piece.bytes.count
        return (piece, nil, wasFull && state.pieceBytes < SSHProcess.capacity)
      }
      if isRoomMade { wake() }
      if let piece { return piece }
      if let end {
        _ = try end.get()
        return nil
      }
      try await wait(\.reader) { !$0.pieces.isEmpty || $0.end != nil }
    }
  }

  /// Adds `bytes` to standard input, once there is room.
  /// - Returns: false if the command has ended, and nobody reads them.
  /// - Throws: `CancellationError`.
  func write(_ bytes: [UInt8]) async throws -> Bool {
    try await wait(\.writer) { $0.input.count - $0.sent < SSHProcess.capacity || $0.end != nil }
    let isRunning = state.withLock { state in
      state.input += bytes
      return state.end == nil
    }
    wake()
    return isRunning
  }

  /// Standard input is complete.
  func finishInput() {
    state.withLock { $0.isInputComplete = true }
    wake()
  }

  /// Nobody wants to know what it prints any more.
  func discard() {
    state.withLock { state in
      state.isDiscarding = true
      state.pieces = []
      state.pieceBytes = 0
    }
    wake()
  }

  /// Gives its channel back, whether it has ended or not.
  func close() {
    state.withLock { $0.isClosing = true }
    wake()
  }

  /// Waits until `condition` holds, which is looked at whenever the thread has changed something.
  private func wait(
    _ place: WritableKeyPath<State, CheckedContinuation<Void, any Error>?> & Sendable,
    until condition: @escaping @Sendable (borrowing State) -> Bool
  ) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if condition(state) { return .success(()) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state[keyPath: place] = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        defer { state[keyPath: place] = nil }
        return state[keyPath: place]
      }
      continuation?.resume(throwing: CancellationError())
    }
  }

  // MARK: - For the thread

  /// Whether the thread may hand over more of what is printed.
  var hasRoom: Bool { state.withLock { $0.pieceBytes < SSHProcess.capacity } }
  var isClosing: Bool { state.withLock(\.isClosing) }
  /// Whether it need not be started any more.
  var isUnwanted: Bool { state.withLock(\.isDiscarding) }

  /// The next bytes of standard input, at most `limit`; `isLast` once nothing comes after them.
  func input(limit: Int) -> (bytes: [UInt8], isLast: Bool) {
    state.withLock { state in
      let rest = state.input[state.sent...]
      return (Array(rest.prefix(limit)), state.isInputComplete && rest.count <= limit)
    }
  }

  /// The first `count` bytes of standard input have been sent.
  func sent(_ count: Int) {
    let writer = state.withLock { state in
      state.sent += count
      if state.sent == state.input.count || state.sent >= SSHProcess.capacity {
        state.input.removeFirst(state.sent)
        state.sent = 0
      }
      guard state.input.count - state.sent < SSHProcess.capacity else {
        return CheckedContinuation<Void, any Error>?.none
      }
      defer { state.writer = nil }
      return state.writer
    }
    writer?.resume()
  }

  /// The command has printed `bytes`.
  func print(_ bytes: [UInt8], on stream: Piece.Stream) {
    let (reader, remark) = state.withLock { state in
      let filter: WritableKeyPath<State, MarkerFilter> = stream == .stdout ? \.stdout : \.stderr
      let wasBegun = state[keyPath: filter].remark != nil
      let own = state[keyPath: filter].pass(bytes)
      let remark = wasBegun || stream == .stdout ? nil : state.stderr.remark
      guard !own.isEmpty, !state.isDiscarding else { return (CheckedContinuation<Void, any Error>?.none, remark) }
      state.pieces.append(Piece(stream: stream, bytes: own))
      state.pieceBytes += own.count
      defer { state.reader = nil }
      return (state.reader, remark)
    }
    if let pid = remark.flatMap({ Int32($0.dropFirst()) }) { started.fulfil(.success(pid)) }
    reader?.resume()
  }

  /// It has ended, or is lost. Only the first end counts.
  func end(_ end: Result<Termination, Failure>) {
    let (result, continuations) = state.withLock { state in
      let result = state.judged(end)
      if state.end == nil { state.end = result }
      defer { (state.reader, state.writer) = (nil, nil) }
      return (result, [state.reader, state.writer])
    }
    started.fulfil(.failure(CancellationError()))
    ended.fulfil(result)
    for continuation in continuations { continuation?.resume() }
  }
}

extension SSHProcess.State {
  /// `end`, unless what was printed shows that nothing was ever started.
  fileprivate func judged(_ end: Result<Termination, SSHProcess.Failure>) -> Result<Termination, any Error> {
    switch end {
    case .failure(let failure): return .failure(failure)
    case .success(let termination):
      let reason: String
      if let remark = stderr.remark {
        guard remark.hasPrefix(" ! ") else { return .success(termination) }
        reason = String(remark.dropFirst(3))
      } else {
        let words = [stdout.text, stderr.text].filter { !$0.isEmpty }.joined(separator: "; ")
        reason = "the login shell ended with \(termination)" + (words.isEmpty ? "" : ": \(words)")
      }
      return .failure(SSHProcess.Failure.notStarted(reason))
    }
  }
}
