/// A service has ended, asked or not.
public struct ServiceExit: Equatable, Sendable {
  public var name: String
  public var component: String
  public var termination: Termination
  /// Where it did not end by itself or by a signal.
  public var cause: Cause?

  public init(name: String, component: String, termination: Termination, cause: Cause? = nil) {
    self.name = name
    self.component = component
    self.termination = termination
    self.cause = cause
  }

  /// What ended a service from outside.
  public enum Cause: Equatable, Sendable, CustomStringConvertible {
    /// The kernel killed a process of it, since the service had reached its limit; 0: the machine's memory.
    case outOfMemory(limit_bytes: Int64)
    /// Somebody else removed it.
    case removed
    /// Nothing can be learnt of it any more, and its termination means nothing.
    case lost(String)

    public var description: String {
      switch self {
      case .outOfMemory(limit_bytes: 0): "ran out of memory"
      case .outOfMemory(let limit): "ran out of memory (its limit is \(limit >> 20) MiB)"
      case .removed: "was removed by somebody else"
      case .lost(let reason): "was lost: \(reason)"
      }
    }
  }
}

extension ServiceExit: CustomStringConvertible {
  /// `worker-0-parm ran out of memory (its limit is 64 MiB)`.
  public var description: String {
    switch (cause, termination) {
    case (let cause?, _): "\(name) \(cause)"
    case (nil, .exited): "\(name) ended with \(termination)"
    case (nil, .signalled): "\(name) was killed by \(termination)"
    }
  }
}
