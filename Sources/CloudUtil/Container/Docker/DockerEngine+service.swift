import Foundation

/// The verbs that concern one service.
extension DockerEngine {
  /// A container has no process that SIGSTOP and SIGCONT stop and continue as a whole: they pause and resume it.
  public func signal(_ name: String, _ signal: Int32) async throws {
    switch signal {
    case SIGSTOP: try await pause(name)
    case SIGCONT: try await resume(name)
    default: try await act(on: name) { docker.commands.kill($0, signal: signal) }
    }
  }

  /// Past the daemon, which answers once the container has ended and been tidied up. The end of its first process is that of
  /// all.
  public func kill(_ name: String) async throws {
    let id = try service(name).id
    guard let pid = try? await pid(of: name),
      try await docker.attempt(DockerCommands.kill(container: id, pid: pid)).termination.isSuccess
    else { return try await signal(name, SIGKILL) }
  }

  public func pause(_ name: String) async throws {
    try await act(on: name, unless: "is already paused") { docker.commands.pause($0) }
  }

  public func resume(_ name: String) async throws {
    try await act(on: name, unless: "is not paused") { docker.commands.resume([$0]) }
  }

  public func check(_ limits: Limits, of name: String) async throws {
    try await docker.machine().check(limits, of: name)
  }

  /// A limit that is nil becomes all that the machine has.
  public func update(_ name: String, limits: Limits) async throws {
    let machine = try await ground().machine
    try machine.check(limits, of: name)
    try await act(on: name) { docker.commands.update($0, limits: limits, of: machine) }
    state.withLock { $0.services[name]?.spec.limits = limits }
  }

  /// The command is killed with the service, not at its deadline: only who waits for it is.
  public func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output {
    let service = try service(name)
    var command = command
    command.secrets.merge(service.spec.command.secrets) { own, _ in own }
    let output = try await docker.shell.run(docker.commands.exec(command, in: service.id), deadline: deadline)
    // Docker itself fails with a status of its own, which a command may have, too.
    if [.exited(1), .exited(125), .exited(126), .exited(127)].contains(output.termination) {
      if let problem = DockerProblem(stderr: output.stderr) {
        throw ContainerError.engine(problem, host: docker.shell.host)
      }
      _ = try await inspect(name)
    }
    return output
  }

  public func logs(_ name: String, lines: Int) async throws -> String {
    let text = try await docker.perform(docker.commands.logs(service(name).id, lines: lines), on: name).stdout
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  // MARK: -

  /// Carries out a command on the container of `name`.
  /// - Parameter isSo: what the daemon says if there is nothing to do.
  private func act(on name: String, unless isSo: String? = nil, _ command: (String) -> Command) async throws {
    let service = try service(name)
    do {
      try await docker.perform(command(service.id), on: name)
    } catch let error as ContainerError {
      if case .notStarted(_, let reason) = error {
        if let isSo, reason.contains(isSo) { return }
        _ = try await inspect(name)
        throw ContainerError.unsupported(reason, service: name)
      }
      throw error
    }
  }

  /// The container of `name`, which runs.
  /// - Throws: `ContainerError.notRunning` if it has ended.
  func inspect(_ name: String) async throws -> InspectedContainer {
    guard let container = try await docker.containers([service(name).id]).first else {
      throw ContainerError.unknown(service: name)
    }
    guard container.isRunning else { throw ContainerError.notRunning(service: name, container.termination) }
    return container
  }
}
