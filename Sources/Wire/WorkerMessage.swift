import NIOCore
import Serving

/// What a worker and the frontend say to each other. The worker dials, says `hello` and is answered with `welcome` or
/// `refused`; then `job` and `outputs` alternate, with a `heartbeat` from the worker every `Link.heartbeatInterval`.
public enum WorkerMessage: Equatable, Sendable {
  /// Worker to frontend, first frame of a link.
  case hello(Hello)
  /// Frontend to worker: you are in.
  case welcome
  /// Frontend to worker: you are not; the link closes.
  case refused(reason: String)
  /// Worker to frontend.
  case heartbeat
  /// Frontend to worker: run the model on these inputs, as one batch.
  case job(JobID, Inputs)
  /// Worker to frontend: one result an input, in order, and how long the model took.
  case outputs(JobID, service_ns: UInt64, [Result])

  public struct Hello: Equatable, Sendable {
    public var secret: String
    public var pool: Pool
    /// The worker's number in the experiment, `worker/<n>`; stays the same when it returns.
    public var worker: UInt32
    public init(secret: String, pool: Pool, worker: UInt32) {
      self.secret = secret
      self.pool = pool
      self.worker = worker
    }
  }

  /// The inputs of a batch: as the sender of the query gave them, or as float32 tensors (a parity query has no other form).
  public struct Inputs: Equatable, Sendable {
    public enum Encoding: UInt8, Sendable { case floats = 0, jpeg = 1 }
    public var encoding: Encoding
    /// Each is one input: little-endian float32, or a JPEG file.
    public var items: [ByteBuffer]
    public init(encoding: Encoding, items: [ByteBuffer]) {
      self.encoding = encoding
      self.items = items
    }
  }

  public enum Result: Equatable, Sendable {
    /// Little-endian float32.
    case output(ByteBuffer)
    /// This input cannot be used, and why: the sender's fault.
    case badInput(String)
    /// The model failed on it, and why: not the sender's fault.
    case failed(String)
  }
}
