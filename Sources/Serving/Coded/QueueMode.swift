/// How jobs wait for instances (ParM's `queue_modes`).
public enum QueueMode: String, Codable, CaseIterable, Sendable {
  /// Instances pull from one queue, first come, first served.
  case singleQueue = "single_queue"
  /// A queue an instance; jobs are dealt round robin.
  case roundRobin = "rr"
}
