extension CodedPolicy {
  /// A piece of work for one instance of `pool`.
  public struct Job: Hashable, Sendable, BitwiseCopyable {
    public enum Kind: Hashable, Sendable, BitwiseCopyable {
      /// The base model on the queries of a batch.
      case own
      /// The approximate model on the same queries.
      case approximate
      /// The base model on the same queries, on another instance.
      case copy
      /// Parity model `index` on the group's parity queries at positions 0..<`count`.
      case parity(index: Int)
    }
    public let kind: Kind
    public let group: GroupID
    /// Which batch of the group, 0..<k; 0 for a parity job.
    public let member: Int
    /// Queries, or parity queries, in it.
    public let count: Int
    /// The instance that has it; nil while it is queued.
    public internal(set) var instance: InstanceID?
    /// An instance that had it left.
    var wasRequeued = false
    /// In rr, the instance that it waits for.
    var lane: InstanceID?

    public var pool: Pool {
      switch kind {
      case .own, .copy: .base
      case .approximate: .approximate
      case .parity(let index): .parity(index)
      }
    }
  }

  /// Where a query sits.
  public struct Seat: Hashable, Sendable, BitwiseCopyable {
    public var group: GroupID
    /// Which batch of the group, 0..<k.
    public var member: Int
    /// Which query of the batch, 0..<batchSize.
    public var position: Int
  }

  public struct Settings: Hashable, Sendable {
    public var mode: RedundancyMode
    public var queueMode: QueueMode
    /// Batches in a coding group, k >= 2.
    public var k: Int
    /// Parities of a coding group, r >= 1.
    public var parities: Int
    /// Queries in a batch, >= 1.
    public var batchSize: Int
    /// From a query's arrival to its default output; nil: it waits for ever.
    public var deadline: Duration?
    /// From a batch's first query to its dispatch though it is not full; nil: it waits until it is full or load drains.
    public var batchTimeout: Duration?

    public init(
      mode: RedundancyMode, queueMode: QueueMode = .singleQueue, k: Int = 2, parities: Int = 1, batchSize: Int = 1,
      deadline: Duration? = nil, batchTimeout: Duration? = nil
    ) {
      self.mode = mode
      self.queueMode = queueMode
      self.k = k
      self.parities = parities
      self.batchSize = batchSize
      self.deadline = deadline
      self.batchTimeout = batchTimeout
    }
  }

  public enum Event: Hashable, Sendable {
    /// A query came in; its deadline runs from now. Ids are consecutive from 0.
    case arrived(QueryID, Phase)
    /// The query's input is at hand (decoded, where the mode needs it decoded): it joins a batch.
    case ready(QueryID)
    /// The query's input turned out unusable and its sender has been told: it is forgotten wherever it is.
    case withdrawn(QueryID)
    /// An instance is there and idle.
    case joined(InstanceID, Pool)
    /// An instance is gone; the job it held goes to another once, and has failed when that one goes as well: its inputs
    /// may be what ends them.
    case left(InstanceID)
    /// The instance has the outputs of the job, and they are stored; it is idle again.
    case finished(JobID, by: InstanceID)
    /// The instance could not do the job and nobody else will; it is idle again. Redundancy may still answer its queries.
    case failed(JobID, by: InstanceID)
    /// `nextDeadline` has come.
    case timer
    /// No further query will come: partial batches go, incomplete groups are closed.
    case drain
  }

  /// What is to be done, in order. What an action names can be looked up in the policy until its next event.
  public enum Action: Hashable, Sendable {
    /// Add the query's input to every parity query of its group at its position.
    case encode(QueryID, Seat)
    /// Send the job to the instance, which is idle; `job(_:)` says what is in it.
    case dispatch(JobID, to: InstanceID)
    /// Answer with the output of `job` at `position`. `source` is own, approximate or copy.
    case reply(QueryID, AnswerSource, from: JobID, position: Int)
    /// Reconstruct the query's output and answer with it. The outputs in hand determine it: `hasOutput(_:member:)` and
    /// `hasParityOutput(_:index:)` say which they are.
    case decode(QueryID, Seat)
    /// Answer with the default output.
    case replyDefault(QueryID)
    /// Tell the sender that there will be no output: the job failed, and nothing is left that could determine it.
    case fail(QueryID)
    /// The job was with an instance that left, and is queued again, at the head.
    case requeued(JobID)
    /// The query's input and output can be freed; no later action names it.
    case release(QueryID)
    /// The group's parity queries and their outputs can be freed; no later action names it.
    case releaseGroup(GroupID)
  }
}
