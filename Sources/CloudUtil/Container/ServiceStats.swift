/// What a service uses.
public struct ServiceStats: Equatable, Sendable {
  /// CPU time since it started, user and system, all threads.
  public var cpu_ns: Int64
  /// Memory resident now, and at most so far.
  public var resident_bytes: Int64
  public var maxResident_bytes: Int64

  public init(cpu_ns: Int64, resident_bytes: Int64, maxResident_bytes: Int64) {
    self.cpu_ns = cpu_ns
    self.resident_bytes = resident_bytes
    self.maxResident_bytes = maxResident_bytes
  }
}
