/// Something that befalls a worker.
public struct SimulatedFault: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    /// Its process ends, and the frontend sees the link close.
    case kill
    /// It is killed if it is alive, and started again.
    case restart
    /// Its process stands still.
    case pause
    case resume
    /// No message reaches it or comes from it.
    case partition
    case heal
    /// Each message from it takes so much longer, from now on.
    case delay(ns: Int64)
    /// Jobs that it begins take so many times as long, from now on.
    case slow(factor: Double)
  }

  /// From the start of the schedule.
  public var time_ns: Int64
  public var action: Action
  /// The worker's number.
  public var worker: Int

  public init(time_ns: Int64, _ action: Action, worker: Int) {
    (self.time_ns, self.action, self.worker) = (time_ns, action, worker)
  }
}
