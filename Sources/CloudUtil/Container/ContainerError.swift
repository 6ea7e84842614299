/// What a `ContainerEngine` could not do, with the service's name.
public enum ContainerError: Error, Equatable, CustomStringConvertible {
  case executableMissing(String, service: String)
  /// `reason` is the kernel's or the daemon's.
  case notStarted(service: String, reason: String)
  case nameTaken(service: String)
  /// A run that is still alive has a container of this name.
  case nameTakenByRun(service: String, ProcessTag, owner: RunOwner, host: String)
  /// A container that is none of ours has this name.
  case nameTakenByStranger(service: String, image: String, host: String)
  case portTaken(service: String, reason: String)
  /// The machine cannot give what the service is to have.
  case limitRefused(service: String, reason: String)
  case unknown(service: String)
  case notRunning(service: String, Termination)
  case unsupported(String, service: String)
  case image(String, ImageProblem, host: String)
  /// The engine of the host does not work, whatever the service.
  case engine(DockerProblem, host: String)
  /// The service was removed, but its log is not in the file.
  case logLost(service: String, reason: String)
  case surviving([String])
  /// What a program left that did not come to its end, for the reason in `after`.
  case notRemoved(service: String, reason: String, after: String)

  /// Whether it is the host that cannot be reached, or its daemon, and not a service.
  var isOfHost: Bool {
    switch self {
    case .engine(.notAnswering, _), .engine(.outOfReach, _), .engine(.tooSlow, _): true
    default: false
    }
  }

  /// Whether a log is all that was lost: the services are gone.
  public var isOfLogAlone: Bool { if case .logLost = self { true } else { false } }

  public var description: String {
    switch self {
    case .executableMissing(let executable, let service):
      "\(service): no executable `\(executable)`\(executable.contains("/") ? "" : " in PATH")"
    case .notStarted(let service, let reason): "\(service): cannot be started: \(reason)"
    case .nameTaken(let service): "\(service): is already running; remove it first"
    case .nameTakenByRun(let service, let tag, let owner, let host):
      "\(host): \(service): run \(tag.run) of \(tag.experiment) has a container of this name, and is alive (process "
        + "\(owner.process.pid)); wait for it or stop it: with Ctrl-C where it was launched on one machine, with terminate of "
        + "\(tag.experiment) where it runs on a cluster"
    case .nameTakenByStranger(let service, let image, let host):
      "\(host): \(service): a container of this name, of the image \(image), is not ours and was left alone; rename or "
        + "remove it there: docker rename \(service) …, docker rm --force \(service)"
    case .portTaken(let service, let reason): "\(service): its port is taken: \(reason)"
    case .limitRefused(let service, let reason): "\(service): \(reason)"
    case .unknown(let service): "\(service): no service of this name was deployed"
    case .notRunning(let service, let termination): "\(service): has ended with \(termination)"
    case .unsupported(let what, let service): "\(service): \(what)"
    case .image(let image, let problem, let host): "\(host): the image \(image) \(problem)"
    case .engine(let problem, let host): "\(host): \(problem)"
    case .logLost(let service, let reason): "\(service): its log could not be kept: \(reason)"
    case .notRemoved(let service, let reason, let after):
      "\(service): \(after)\nIts container may go on, since it could not be removed: \(reason)\nterminate removes it"
    case .surviving(let processes): "still there although killed: \(processes.joined(separator: ", "))"
    }
  }
}
