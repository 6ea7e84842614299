/// What a `ContainerEngine` could not do, with the service's name.
public enum ContainerError: Error, Equatable, CustomStringConvertible {
  case executableMissing(String, service: String)
  /// `reason` is the kernel's or the daemon's.
  case notStarted(service: String, reason: String)
  case nameTaken(service: String)
  case unknown(service: String)
  case notRunning(service: String, Termination)
  case unsupported(String, service: String)
  case surviving([String])

  public var description: String {
    switch self {
    case .executableMissing(let executable, let service):
      "\(service): no executable `\(executable)`\(executable.contains("/") ? "" : " in PATH")"
    case .notStarted(let service, let reason): "\(service): cannot be started: \(reason)"
    case .nameTaken(let service): "\(service): is already running; remove it first"
    case .unknown(let service): "\(service): no service of this name was deployed"
    case .notRunning(let service, let termination): "\(service): has ended with \(termination)"
    case .unsupported(let what, let service): "\(service): \(what)"
    case .surviving(let processes): "still there although killed: \(processes.joined(separator: ", "))"
    }
  }
}
