import Foundation

/// The Docker Engine of a host: carries out commands and says what went wrong in words of services.
struct DockerHost: Sendable {
  var shell: any RemoteShell
  var commands: DockerCommands

  /// How long a command may take that does not wait for a service.
  static let patience: Duration = .seconds(20)

  /// Runs `command`.
  /// - Parameter service: whom it concerns, for errors; without one every failure is the engine's.
  /// - Throws: `ContainerError`; `CancellationError`.
  @discardableResult
  func perform(
    _ command: Command, on service: String? = nil, within patience: Duration = DockerHost.patience
  ) async throws -> Output {
    let output = try await run(command, within: patience)
    guard output.termination.isSuccess else { throw error(output.stderr, service: service) }
    return output
  }

  /// Runs `command`, whose failure the caller looks into unless the engine is at fault.
  func attempt(_ command: Command, within patience: Duration = DockerHost.patience) async throws -> Output {
    let output = try await run(command, within: patience)
    if !output.termination.isSuccess { try throwProblem(in: output) }
    return output
  }

  /// What the engine is and has.
  func machine() async throws -> DockerMachine {
    let output = try await attempt(commands.info)
    do {
      return try DockerMachine(json: output.stdout)
    } catch {
      throw ContainerError.engine(error, host: shell.host)
    }
  }

  /// Those of `names` (or ids) that exist.
  func containers(_ names: [String]) async throws -> [InspectedContainer] {
    guard !names.isEmpty else { return [] }
    let output = try await attempt(commands.inspect(names))
    do {
      return try InspectedContainer.all(in: output.stdout)
    } catch {
      throw ContainerError.engine(.refused(DockerProblem.message(in: output.stderr)), host: shell.host)
    }
  }

  /// All that carry `labels`, running or not.
  func containers(labelled labels: [(name: String, value: String)]) async throws -> [InspectedContainer] {
    try await containers(perform(commands.list(labels)).stdout.split(whereSeparator: \.isNewline).map(String.init))
  }

  // MARK: What went wrong

  private func run(_ command: Command, within patience: Duration) async throws -> Output {
    do {
      return try await shell.run(command, deadline: .now + patience)
    } catch let error as ShellError {
      throw ContainerError.engine(DockerProblem(error), host: shell.host)
    }
  }

  private func throwProblem(in output: Output) throws {
    // The shell's own words; a program that a container lacks is told by the daemon.
    if output.termination == .exited(127), !output.stderr.lowercased().contains("daemon") {
      throw ContainerError.engine(.notInstalled, host: shell.host)
    }
    if let problem = DockerProblem(stderr: output.stderr) { throw ContainerError.engine(problem, host: shell.host) }
  }

  private func error(_ stderr: String, service: String?) -> ContainerError {
    if let problem = DockerProblem(stderr: stderr) { return .engine(problem, host: shell.host) }
    let text = DockerProblem.message(in: stderr)
    guard let service else { return .engine(.refused(text), host: shell.host) }
    if let image = text.range(of: #"(?<=No such image: )\S+"#, options: .regularExpression) {
      return .image(String(text[image]), .missing, host: shell.host)
    }
    return ContainerError(dockerSays: text, of: service)
  }
}

extension DockerProblem {
  init(_ error: ShellError) {
    self =
      switch error {
      case .notStarted: .notInstalled
      case .timedOut(let command, _): .tooSlow(command.description)
      case .unreached, .lost: .outOfReach(error.reason)
      case .failed: .notAnswering(error.description)
      }
  }
}

extension ContainerError {
  /// What the daemon's answer means for a service.
  init(dockerSays text: String, of service: String) {
    let lower = text.lowercased()
    func says(_ words: String...) -> Bool { words.contains(where: lower.contains) }
    self =
      if says("no such container") {
        .unknown(service: service)
      } else if says("is already in use by container") {
        .nameTaken(service: service)
      } else if says("port is already allocated", "address already in use") {
        .portTaken(service: service, reason: text)
      } else if says("range of cpus", "requested cpus are not available", "minimum memory limit", "memory limit") {
        .limitRefused(service: service, reason: text)
      } else {
        .notStarted(service: service, reason: text)
      }
  }
}
