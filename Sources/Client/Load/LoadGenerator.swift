import NIOCore
import Serving
import Wire

/// Sends a schedule, open loop: each query at its instant, whatever has come back. Lives on one event loop.
final class LoadGenerator {
  private let eventLoop: any EventLoop
  private let clock: Clock
  /// Unix nanoseconds of the event loop's instant 0.
  private let loopEpoch_ns: Int64
  private let form: RequestForm
  private let plan: [Schedule.Query]
  private let samples: [Sample]
  /// From the last scheduled instant until whatever is unanswered counts as never answered.
  private let timeout: Duration

  private let dialler: Dialler
  private var pool: ConnectionPool
  private var connections: [Int: Connection] = [:]
  private var inFlight: [Int: Int] = [:]

  private var start_ns: Int64 = 0
  private var next = 0
  private var sentCount = 0
  private var settledCount = 0
  private var outcomes: [Outcome]
  private var isArmed = false
  private var dialsResumeAt: NIODeadline = .now()
  private var reserveResumesAt: NIODeadline = .now()
  private var timeUp: Scheduled<Void>?
  private var isOver = false

  private let sentPromise: EventLoopPromise<Int>
  private let finishedPromise: EventLoopPromise<LoadResult>

  init(
    eventLoop: any EventLoop, clock: Clock, address: SocketAddress, form: RequestForm, load: Workload,
    timeout: Duration, connectionLimit: Int
  ) {
    self.eventLoop = eventLoop
    self.clock = clock
    // Read in this order a deadline is late by the time between the two, not early: an early timer finds nothing due.
    let unix = clock.now().nanoseconds
    loopEpoch_ns = unix - Int64(NIODeadline.now().uptimeNanoseconds)
    self.form = form
    plan = load.plan
    samples = load.samples
    self.timeout = timeout
    dialler = Dialler(eventLoop: eventLoop, address: address)
    pool = ConnectionPool(limit: connectionLimit)
    outcomes = Array(repeating: Outcome(), count: load.plan.count)
    sentPromise = eventLoop.makePromise()
    finishedPromise = eventLoop.makePromise()
  }

  deinit {
    // Nobody waits any more for a run that was given up before its start.
    sentPromise.fail(CancellationError())
    finishedPromise.fail(CancellationError())
  }

  /// Succeeds when nothing more will be sent, with the number of queries that were.
  var sent: EventLoopFuture<Int> { sentPromise.futureResult }
  /// Succeeds when every query is settled, time is up or the run was stopped.
  var finished: EventLoopFuture<LoadResult> { finishedPromise.futureResult }

  /// Opens the first connections. Fails if one of them cannot be opened.
  func open(connections count: Int) -> EventLoopFuture<Void> {
    let dials = (0..<count).map { _ in dial(pool.startOpening()) }
    return EventLoopFuture.andAllSucceed(dials, on: eventLoop)
  }

  /// Starts the schedule at a Unix instant.
  func start(at start: Instant) {
    start_ns = start.nanoseconds
    let end_ns = start_ns + (plan.last?.offset.nanoseconds ?? 0) + timeout.nanoseconds
    timeUp = eventLoop.assumeIsolated().scheduleTask(deadline: deadline(end_ns)) { self.finish() }
    sendDue()
    // A client whose share of a small load is nothing is done at once.
    settle()
  }

  /// Sends nothing more and finishes with the outcomes so far.
  func stop() { finish(isStopped: true) }

  // MARK: The schedule

  private func deadline(_ unix_ns: Int64) -> NIODeadline {
    .uptimeNanoseconds(UInt64(max(0, unix_ns - loopEpoch_ns)))
  }

  /// Sends every query whose instant has come, and arms the timer for the next one.
  private func sendDue() {
    guard !isOver else { return }
    let first = next
    while next < plan.count, start_ns + plan[next].offset.nanoseconds <= clock.now().nanoseconds {
      next += 1
      if let id = pool.take(next - 1) { send(next - 1, on: id) }
    }
    if next > first {
      openConnections()
      settle()
    }
    arm()
  }

  /// One timer for the whole schedule. Where queries were sent ahead of it by a wake-up for something else, it fires
  /// early, which does no harm.
  private func arm() {
    guard !isArmed, next < plan.count else { return }
    do {
      let instant = deadline(start_ns + plan[next].offset.nanoseconds)
      try eventLoop.assumeIsolated().scheduleCallback(at: instant, handler: self)
      isArmed = true
    } catch {
      finish()
    }
  }

  private func send(_ index: Int, on id: Int) {
    let query = plan[index]
    let body = samples[query.sample].body
    guard let connection = connections[id],
      connection.send(form.head(of: query, bodyBytes: body.readableBytes), body: body)
    else {
      // Nothing of it was written, so it may go to another connection.
      forget(id)
      if let other = pool.take(index) { send(index, on: other) } else { openConnections() }
      return
    }
    outcomes[index].sent_ns = clock.now().nanoseconds
    sentCount += 1
    inFlight[id] = index
  }

  // MARK: Connections

  private func openConnections() {
    let now = NIODeadline.now()
    guard !isOver, now >= dialsResumeAt else { return }
    for id in pool.connectionsToOpen(withReserve: now >= reserveResumesAt) { _ = dial(id) }
  }

  private func dial(_ id: Int) -> EventLoopFuture<Void> {
    let connection = Connection(id: id, delegate: self)
    let dialled = dialler.dial(connection)
    dialled.assumeIsolated().whenComplete { result in
      switch result {
      case .success where self.isOver: connection.close()
      case .success:
        self.connections[id] = connection
        self.available(id)
      case .failure:
        // Nobody listens, perhaps for a moment.
        self.forget(id)
        self.pauseDialling(&self.dialsResumeAt)
      }
    }
    return dialled
  }

  /// Dials no more for a while, so that a server that is away is not flooded; then tries again if there is need.
  private func pauseDialling(_ resume: inout NIODeadline) {
    let pause = TimeAmount.milliseconds(100)
    guard !isOver, NIODeadline.now() >= resume else { return }
    resume = .now() + pause
    eventLoop.assumeIsolated().scheduleTask(in: pause) { self.openConnections() }
  }

  private func available(_ id: Int) {
    guard let index = pool.available(id) else { return }
    send(index, on: id)
    settle()
  }

  private func forget(_ id: Int) {
    connections[id] = nil
    inFlight[id] = nil
    pool.closed(id)
  }

  // MARK: The end

  /// Tells those who wait for it that everything is sent, or over.
  private func settle() {
    guard next == plan.count, pool.waitingQueries == 0 else { return }
    sentPromise.succeed(sentCount)
    if settledCount == sentCount { finish() }
  }

  private func finish(isStopped: Bool = false) {
    guard !isOver else { return }
    isOver = true
    timeUp?.cancel()
    pool.dropWaiting()
    for connection in connections.values { connection.close() }
    connections = [:]
    sentPromise.succeed(sentCount)
    finishedPromise.succeed(LoadResult(outcomes: Array(outcomes.prefix(next)), isStopped: isStopped))
  }
}

extension LoadGenerator: NIOScheduledCallbackHandler {
  func handleScheduledCallback(eventLoop: some EventLoop) {
    isArmed = false
    sendDue()
  }
}

extension LoadGenerator: ConnectionDelegate {
  func connection(_ id: Int, replied reply: Reply, isReusable: Bool) {
    let received_ns = clock.now().nanoseconds
    guard !isOver, let index = inFlight.removeValue(forKey: id) else { return }
    outcomes[index].received_ns = received_ns
    outcomes[index].status = reply.status
    if isReusable { available(id) } else { forget(id) }
    // What has come due meanwhile goes before the reading of this reply.
    sendDue()
    outcomes[index].predicted = reply.body.withUnsafeReadableBytes { ReplyScanner.predictedClass($0) }
      .flatMap { Int32(exactly: $0) }
    settledCount += 1
    openConnections()
    settle()
  }

  func connectionClosed(_ id: Int) {
    if inFlight[id] != nil {
      settledCount += 1
    } else {
      // A server that closes whatever is idle would be dialled without end.
      pauseDialling(&reserveResumesAt)
    }
    forget(id)
    openConnections()
    settle()
  }
}
