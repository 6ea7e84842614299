/// How busy a host was between two readings of its counters.
public struct HostUsage: Equatable, Sendable {
  /// Fractions of all cores, 0 to 1.
  public var cpuBusy: Double
  public var cpuSteal: Double
  /// At the later reading.
  public var usedMemory_bytes: Int64
  public var received_bytes_per_s: Double
  public var sent_bytes_per_s: Double

  /// - Parameter elapsed: between the readings, > 0.
  public init(from earlier: HostCounters, to later: HostCounters, elapsed: Duration) {
    let busy = later.busyTicks - earlier.busyTicks
    let steal = later.stealTicks - earlier.stealTicks
    let all = Double(max(1, busy + steal + later.idleTicks - earlier.idleTicks))
    cpuBusy = Double(busy) / all
    cpuSteal = Double(steal) / all
    usedMemory_bytes = later.usedMemory_bytes
    let seconds = elapsed / .seconds(1)
    received_bytes_per_s = Double(later.received_bytes - earlier.received_bytes) / seconds
    sent_bytes_per_s = Double(later.sent_bytes - earlier.sent_bytes) / seconds
  }
}
