/// Where an instance is in its life.
public enum InstanceState: Hashable, Sendable, CustomStringConvertible {
  case pending, running, stopping, stopped, shuttingDown, terminated
  /// One that EC2 did not have when this was written.
  case unknown(String)

  public init(_ name: String) {
    switch name {
    case "pending": self = .pending
    case "running": self = .running
    case "stopping": self = .stopping
    case "stopped": self = .stopped
    case "shutting-down": self = .shuttingDown
    case "terminated": self = .terminated
    default: self = .unknown(name)
    }
  }

  /// EC2's name for it.
  public var description: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .shuttingDown: "shutting-down"
    case .terminated: "terminated"
    case .unknown(let name): name
    }
  }

  /// Whether it has ended or is about to, for good. What is not known has not.
  public var isEnding: Bool { self == .shuttingDown || self == .terminated }
}
