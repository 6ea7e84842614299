/// How long a fleet waits, and for what. A test divides all of it by one factor.
public struct CloudPace: Equatable, Sendable {
  /// Between two looks at the fleet.
  public var poll: Duration = .seconds(2)
  /// For how long EC2 may not tell of something that exists ("eventual consistency"), where waiting for it takes time.
  public var visibility: Duration = .seconds(30)
  /// For how long something that was made or seen counts as there although EC2 does not tell of it.
  public var memory: Duration = .seconds(180)
  /// Before zones without capacity are asked again.
  public var coolDown: Duration = .seconds(30)
  /// Until every machine has to run, or to be terminated.
  public var patience: Duration = .seconds(900)
  /// Between two lines about what is waited for all the same.
  public var report: Duration = .seconds(30)
  /// Between two signs of life of a launch that holds a lease.
  public var renewal: Duration = .seconds(60)
  /// After which a lease without a sign of life is no one's.
  public var leaseLife: Duration = .seconds(180)

  public init() {}

  /// - Parameter factor: all waits are shorter by it, >= 1.
  public init(dividedBy factor: Double) {
    self.init()
    poll /= factor
    visibility /= factor
    memory /= factor
    coolDown /= factor
    patience /= factor
    report /= factor
    renewal /= factor
    leaseLife /= factor
  }
}

extension Duration {
  fileprivate static func /= (duration: inout Duration, factor: Double) { duration = duration / factor }
}
