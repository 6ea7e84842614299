import NIOCore
import NIOPosix
import Serving
import Wire

#if canImport(Glibc)
  import Glibc
#endif

/// What is to be sent: the schedule and what its queries carry.
struct Workload: Sendable {
  var contentType: String
  var samples: [Sample]
  /// In the order of the offsets.
  var plan: [Schedule.Query]
}

/// What became of a load.
struct LoadResult: Sendable {
  /// One a query whose instant came, in the order of the plan.
  var outcomes: [Outcome]
  /// It was stopped before every query had its reply or its time was up.
  var isStopped: Bool
}

/// A load generator as seen from other threads.
struct LoadRun: Sendable {
  private let generator: NIOLoopBound<LoadGenerator>
  private let target: Target
  private let eventLoop: any EventLoop

  /// Succeeds when nothing more will be sent, with the number of queries that were.
  let sent: EventLoopFuture<Int>
  /// Succeeds when every query is settled, time is up or the run was stopped.
  let finished: EventLoopFuture<LoadResult>

  /// Looks up the target's address; opens nothing yet.
  /// - Parameter timeout: from the last scheduled instant until whatever is unanswered counts as never answered.
  /// - Throws: `ClientError` if there is no such address.
  init(_ load: Workload, target: Target, timeout: Duration, eventLoop: any EventLoop, clock: Clock) throws {
    let address = try Dialler.resolve(target)
    let form = RequestForm(target: target, contentType: load.contentType)
    let limit = LoadRun.connectionLimit()
    self.target = target
    self.eventLoop = eventLoop
    (generator, sent, finished) = try eventLoop.submit {
      let generator = LoadGenerator(
        eventLoop: eventLoop, clock: clock, address: address, form: form, load: load, timeout: timeout,
        connectionLimit: limit)
      return (NIOLoopBound(generator, eventLoop: eventLoop), generator.sent, generator.finished)
    }.wait()
  }

  /// Opens the first connections.
  /// - Returns: fails with a `ClientError` if one of them cannot be opened.
  func open(connections: Int) -> EventLoopFuture<Void> {
    let target = self.target
    return eventLoop.flatSubmit { [generator] in
      generator.value.open(connections: connections)
    }.flatMapErrorThrowing { throw LoadRun.cannotConnect(target, $0) }
  }

  /// Starts the schedule at a Unix instant.
  func start(at instant: Instant) {
    eventLoop.execute { [generator] in generator.value.start(at: instant) }
  }

  /// Sends nothing more; `finished` succeeds with what there is.
  func stop() {
    eventLoop.execute { [generator] in generator.value.stop() }
  }

  private static func cannotConnect(_ target: Target, _ error: any Error) -> ClientError {
    let why =
      switch error {
      case let error as IOError: String(cString: strerror(error.errnoCode))
      case ChannelError.connectTimeout: "no answer"
      default: "\(error)"
      }
    return ClientError(.infrastructure, "cannot connect to \(target.authority): \(why); is the frontend running there?")
  }

  /// As many connections as this process may have open, after asking for all that it is allowed to ask for.
  private static func connectionLimit() -> Int {
    max(16, min(OpenFiles.raiseLimit(), 65_536) - 64)
  }
}
