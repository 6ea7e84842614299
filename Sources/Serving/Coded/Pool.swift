/// The model that an instance runs, and so the queue that it serves.
public enum Pool: Hashable, Sendable {
  /// The base model F.
  case base
  /// The parity model of parity `index`, 0..<r.
  case parity(Int)
  /// The cheap model that approximates F.
  case approximate
}
