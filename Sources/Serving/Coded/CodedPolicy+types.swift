/// How redundancy is spent (ParM's `redundancy_modes`).
public enum RedundancyMode: String, Codable, CaseIterable, Sendable {
  /// `num_models` instances of the base model.
  case none
  /// `num_models + num_models/k` instances of the base model.
  case equal
  /// `num_models/k` instances of a parity model for each parity, beside `num_models` of the base model.
  case coded
  /// `num_models/k` instances of an approximate model; every query also goes to one of them.
  case cheap
}

/// How jobs wait for instances (ParM's `queue_modes`).
public enum QueueMode: String, Codable, CaseIterable, Sendable {
  /// Instances pull from one queue, first come, first served.
  case singleQueue = "single_queue"
  /// A queue an instance; jobs are dealt round robin.
  case roundRobin = "rr"
}

/// The model that an instance runs, and so the queue that it serves.
public enum Pool: Hashable, Sendable {
  /// The base model F.
  case base
  /// The parity model of parity `index`, 0..<r.
  case parity(Int)
  /// The cheap model that approximates F.
  case approximate
}

/// Which part of the load a query belongs to. A coding group holds queries of one phase only.
public enum Phase: Int, Sendable {
  case warmup, measured
}

/// Where an answer came from.
public enum AnswerSource: String, Codable, CaseIterable, Sendable {
  /// The query's own instance of the base model.
  case own
  /// Decoded from a parity model's output and the other outputs of the group.
  case reconstructed
  /// The approximate model.
  case approximate
  /// A second copy of the query on another instance of the base model.
  case copy
  /// The default output, at the query's deadline.
  case `default`
  /// No output: the query was refused or its input could not be used.
  case failed
}

/// What a job asks of its instance.
public enum JobKind: Hashable, Sendable {
  /// The base model on a batch of queries.
  case own
  /// The approximate model on the same queries.
  case approximate
  /// Parity model `index` on the parity queries of a group.
  case parity(GroupID, index: Int)
}

extension CodedPolicy {
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
    /// An instance is gone; the job it held is not finished.
    case left(InstanceID)
    /// The instance has the outputs of the job, and they are stored; it is idle again.
    case finished(JobID, by: InstanceID)
    /// The instance could not do the job and nobody else will; it is idle again.
    case failed(JobID, by: InstanceID)
    /// `nextDeadline` has come.
    case timer
    /// No further query will come: partial batches go, incomplete groups are closed.
    case drain
  }

  public enum Action: Hashable, Sendable {
    /// Add the query's input to every parity query of its group at (batch `member` of k, `position` in the batch).
    case encode(QueryID, GroupID, member: Int, position: Int)
    /// Send the job to the instance, which is idle; `job(_:)` says what is in it.
    case dispatch(JobID, to: InstanceID)
    /// Answer with the output of `job` at `position`. `source` is own, approximate or copy.
    case reply(QueryID, AnswerSource, from: JobID, position: Int)
    /// Reconstruct the output of the query, which is at (`member`, `position`) of the group, and answer with it.
    /// The policy has checked that the outputs in hand determine it: `outputsInHand(of:)`.
    case decode(QueryID, GroupID, member: Int, position: Int)
    /// Answer with the default output.
    case replyDefault(QueryID)
    /// The batch that was with an instance that left is queued again, at the head.
    case requeued(JobID)
    /// The query's input and output can be freed; no later action names it.
    case release(QueryID)
    /// The group's parity queries and their outputs can be freed; no later action names it.
    case releaseGroup(GroupID)
  }
}
