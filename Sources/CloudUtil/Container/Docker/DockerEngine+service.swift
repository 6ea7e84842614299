import Foundation

/// The verbs that concern one service.
extension DockerEngine {
  /// A container has no process that SIGSTOP and SIGCONT stop and continue as a whole: they pause and resume it. To a paused
  /// one a signal is sent when it goes on, since the daemon would have it go on for the signal.
  public func signal(_ name: String, _ signal: Int32) async throws {
    switch signal {
    case SIGSTOP: try await pause(name)
    case SIGCONT: try await resume(name)
    default:
      guard try await !hold(signal, for: name) else { return }
      try await send(signal, to: name)
    }
  }

  /// Past the daemon, which answers once the container has ended and been tidied up. The end of its first process is that of
  /// all.
  public func kill(_ name: String) async throws {
    let service = try service(name)
    let pid = try? await pid(of: name)
    guard service.held == nil else { return try await killPaused(service, pid: pid) }
    guard let pid,
      try await docker.attempt(DockerCommands.kill(container: service.id, pid: pid)).termination.isSuccess
    else { return try await send(SIGKILL, to: name) }
  }

  public func pause(_ name: String) async throws {
    let held = try service(name).held ?? []
    state.withLock { $0.services[name]?.held = held }
    try await act(on: name, unless: "is already paused") { docker.commands.pause($0) }
  }

  public func resume(_ name: String) async throws {
    try await act(on: name, unless: "is not paused") { docker.commands.resume([$0]) }
    let held = state.withLock { state in
      defer { state.services[name]?.held = nil }
      return state.services[name]?.held ?? []
    }
    for signal in held { try await send(signal, to: name) }
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

  /// What stands still dies only when it goes on, which the daemon has it do. Where all of its processes can be killed
  /// before, none of them gets to do anything then.
  private func killPaused(_ service: Service, pid: Int32?) async throws {
    var isKilled = false
    if let pid {
      let output = try await docker.attempt(DockerCommands.killAll(container: service.id, pid: pid))
      isKilled = output.termination.isSuccess
    }
    do {
      try await send(SIGKILL, to: service.spec.name)
    } catch ContainerError.notRunning where isKilled {
      // It did not take that: with control groups of version 2 what stands still dies at once.
    }
  }

  /// Keeps a signal for a service that is paused.
  /// - Returns: whether it is.
  private func hold(_ signal: Int32, for name: String) async throws -> Bool {
    guard try service(name).held != nil, try await inspect(name).isPaused else { return false }
    return state.withLock { state in
      guard state.services[name]?.held != nil else { return false }
      state.services[name]?.held?.append(signal)
      return true
    }
  }

  private func send(_ signal: Int32, to name: String) async throws {
    try await act(on: name) { docker.commands.kill($0, signal: signal) }
  }

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
