/// What a service may use at most; nil is unlimited.
public struct Limits: Equatable, Sendable {
  /// Cores; may be a fraction.
  public var cpus: Double?
  public var memory_bytes: Int64?
  /// The cores it may run on, counted from 0.
  public var cores: Set<Int>?

  public init(cpus: Double? = nil, memory_bytes: Int64? = nil, cores: Set<Int>? = nil) {
    self.cpus = cpus
    self.memory_bytes = memory_bytes
    self.cores = cores
  }
}
