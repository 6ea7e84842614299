/// What a message takes: a delay, and its bytes at the rate that the link of the worker's host has left for it.
///
/// Each direction of a host's link is shared fairly: beside f shuffles a message has 1/(f+1) of its rate. On its way to a
/// worker it waits behind what the shuffles to that host keep in the queue before the link, too. Of two messages in the same
/// direction of one link each goes as if the other were not there, and the frontend's link is never the narrow one.
public struct NetworkModel: Codable, Hashable, Sendable {
  /// From a client to the frontend, and back.
  public var clientDelay_ns: Int64
  /// From the frontend to a worker, and back.
  public var workerDelay_ns: Int64
  /// Of a worker host's link, in each direction.
  public var link_bytes_per_s: Double
  /// What each shuffle to a host keeps waiting before its link.
  public var standingQueue_bytes: Double

  public init(
    clientDelay_ns: Int64, workerDelay_ns: Int64, link_bytes_per_s: Double, standingQueue_bytes: Double
  ) {
    self.clientDelay_ns = clientDelay_ns
    self.workerDelay_ns = workerDelay_ns
    self.link_bytes_per_s = link_bytes_per_s
    self.standingQueue_bytes = standingQueue_bytes
  }

  /// Messages are there at once.
  public static let ideal = NetworkModel(
    clientDelay_ns: 0, workerDelay_ns: 0, link_bytes_per_s: .infinity, standingQueue_bytes: 0)

  func toWorker_ns(bytes: Int, beside shuffles: Int) -> Int64 {
    let queued = Double(shuffles) * standingQueue_bytes
    return workerDelay_ns + nanoseconds(Double(bytes) * Double(shuffles + 1) + queued)
  }

  func fromWorker_ns(bytes: Int, beside shuffles: Int) -> Int64 {
    workerDelay_ns + nanoseconds(Double(bytes) * Double(shuffles + 1))
  }

  private func nanoseconds(_ bytes: Double) -> Int64 { Int64(bytes / link_bytes_per_s * 1e9) }
}
