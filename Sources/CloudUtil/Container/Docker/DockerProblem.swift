/// Why the Docker Engine of a host does not work.
public enum DockerProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case notInstalled
  case notAnswering(String)
  /// Its host cannot be asked, or no longer.
  case outOfReach(String)
  case notPermitted
  /// It had begun to do this.
  case tooSlow(String)
  case diskFull(String)
  case refused(String)

  public var description: String {
    switch self {
    case .notInstalled: "Docker is not installed: there is no `docker` in PATH; install it: apt-get install docker.io"
    case .notAnswering(let reason):
      "the Docker daemon does not answer: \(reason); start it: systemctl start docker, or Scripts/docker-daemon start"
    case .outOfReach(let reason): "its Docker daemon cannot be asked: \(reason)"
    case .notPermitted:
      "this user may not talk to the Docker daemon: sudo usermod -aG docker \"$USER\", then log in again"
    case .tooSlow(let command): "not done in time: \(command) (its host or its Docker daemon is slow or silent)"
    case .diskFull(let reason): "the disk of the Docker daemon is full: \(reason); see docker system df"
    case .refused(let reason): "the Docker daemon refused: \(reason)"
    }
  }

  /// What `stderr` of a failed `docker` says of the engine; nil if the engine works.
  init?(stderr: String) {
    let text = DockerProblem.message(in: stderr)
    let lower = text.lowercased()
    if lower.contains("permission denied while trying to connect") {
      self = .notPermitted
    } else if [
      "cannot connect to the docker daemon", "error during connect", "connection refused", "unexpected eof",
      "connection reset by peer", "no such host", "i/o timeout", "context deadline exceeded", "server is shutting down",
    ].contains(where: lower.contains) {
      self = .notAnswering(text)
    } else if lower.contains("no space left on device") || lower.contains("disk quota exceeded") {
      self = .diskFull(text)
    } else {
      return nil
    }
  }

  /// The error in `stderr` of `docker`, on one line, without what every error begins and ends with.
  static func message(in stderr: String) -> String {
    let lines = stderr.split(whereSeparator: \.isNewline).map(String.init)
      .filter { !$0.hasPrefix("Run 'docker") && !$0.hasPrefix("See 'docker") && !$0.hasPrefix("WARNING:") }
    let words = ["docker: ", "Error response from daemon: ", "Error: "]
    // Of several containers it often says the same of each.
    var said: Set<String> = []
    return lines.map { line in
      words.reduce(line) { $0.hasPrefix($1) ? String($0.dropFirst($1.count)) : $0 }
    }.filter { said.insert($0).inserted }.joined(separator: "; ")
  }
}
