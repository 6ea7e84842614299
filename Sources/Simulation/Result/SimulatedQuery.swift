import Serving

/// What became of one query. Instants are nanoseconds from the start of the schedule, on the frontend's clock, which is
/// everybody's; `never` where it did not happen.
public struct SimulatedQuery: Sendable, BitwiseCopyable {
  public static let never = Int64.min

  /// Its batch went to its own instance.
  public var dispatched_ns = never
  /// Its own instance's answer was in, whether or not it was still waited for.
  public var own_ns = never
  /// A redundant answer was ready.
  public var redundant_ns = never
  /// The reply was sent.
  public var completed_ns = never
  /// -1: it has none.
  public var batch: Int32 = -1
  public var group: Int32 = -1
  /// Whose query it was.
  public var worker: Int32 = -1
  public var source: AnswerSource?

  public init() {}
}

/// A parity query that was encoded or a query that was decoded.
public struct SimulatedCode: Sendable, BitwiseCopyable {
  public var group: Int32
  public var isDecoding: Bool
  public var isWarmup: Bool
  public var started_ns: Int64
}

/// How a simulated trial went.
public struct SimulationOutcome: Sendable {
  /// As they were sent.
  public var schedule: Schedule
  /// By number.
  public var queries: ContiguousArray<SimulatedQuery>
  public var codes: ContiguousArray<SimulatedCode>
  /// Batches queued again because their worker was lost.
  public var requeued = 0
  public var workersLost = 0
  /// Of the trial's faults, by their places in its list, those that found no process: their worker had ended.
  public var faultsFailed: Set<Int> = []
}
