import Foundation

extension DockerEngine {
  /// Watching costs nothing while nothing happens. If the daemon is lost for good, every service that still ran then is
  /// told as lost.
  public func exits() -> AsyncStream<ServiceExit> {
    let watch = ExitWatch(self)
    return AsyncStream { await watch.next() }
  }

  /// Takes down how a container ended, once.
  func note(_ container: InspectedContainer) {
    guard !container.isRunning else { return }
    let cause: ServiceExit.Cause? =
      container.ranOutOfMemory ? .outOfMemory(limit_bytes: container.memoryLimit_bytes) : nil
    note(container.name, id: container.id, container.termination, cause)
  }

  /// Takes down the end of the container `id` of the service `name`, once.
  private func note(_ name: String, id: String, _ termination: Termination, _ cause: ServiceExit.Cause?) {
    state.withLock { state in
      guard let service = state.services[name], service.id == id, service.exit == nil else { return }
      let exit = ServiceExit(name: name, component: service.spec.component, termination: termination, cause: cause)
      state.services[name]?.exit = exit
      state.exits.append(exit)
    }
  }

  /// Looks at every service that is not known to have ended.
  func noteEnded() async throws {
    let running = state.withLock { $0.services.values.filter { $0.exit == nil } }
    let found = try await docker.withMemoryCauses(docker.containers(running.map(\.id)))
    for container in found { note(container) }
    let ids = Set(found.map(\.id))
    for service in running where !ids.contains(service.id) {
      note(service.spec.name, id: service.id, .signalled(SIGKILL), .removed)
    }
  }

  /// Tells every service that is not known to have ended as lost.
  func noteLost(_ reason: String) {
    for service in state.withLock({ $0.services.values.filter { $0.exit == nil } }) {
      note(service.spec.name, id: service.id, .exited(255), .lost(reason))
    }
  }
}

/// What one listener was told of the ends of services.
private actor ExitWatch {
  private let engine: DockerEngine
  /// Ended before this listener came, not yet told.
  private var earlier: [ServiceExit]
  /// How many of the engine's exits it knows.
  private var known: Int
  private var lostSince: ContinuousClock.Instant?

  /// How long the daemon may be away, for instance to be restarted.
  private static let patience: Duration = .seconds(15)
  /// How long it trusts in being told; then it looks by itself.
  private static let interval: Duration = .seconds(15)

  init(_ engine: DockerEngine) {
    self.engine = engine
    (earlier, known) = engine.state.withLock { ($0.services.values.compactMap(\.exit), $0.exits.count) }
  }

  /// The next end; nil once the caller's task is cancelled.
  func next() async -> ServiceExit? {
    while !Task.isCancelled {
      if let exit = earlier.popLast() { return exit }
      if let exit = engine.state.withLock({ $0.exits.dropFirst(known).first }) {
        known += 1
        return exit
      }
      do {
        // Events from before the look are told again, so none falls between looking and listening.
        let now = try await engine.docker.perform(Command("date", ["+%s.%N"])).stdout
        try await engine.noteEnded()
        lostSince = nil
        guard engine.state.withLock({ $0.exits.count }) == known else { continue }
        try await awaitDeath(since: now.trimmingCharacters(in: .whitespacesAndNewlines))
      } catch {
        // Whatever it is, it may pass; a watch that ended by itself would leave every later end unheard.
        if Task.isCancelled { return nil }
        let since = lostSince ?? .now
        lostSince = since
        if ContinuousClock.now - since > ExitWatch.patience { engine.noteLost("\(error)") }
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
    return nil
  }

  /// Returns when a container of the owner has ended, the daemon has gone, or after a while.
  private func awaitDeath(since: String) async throws {
    let deaths = engine.docker.commands.deaths(of: engine.owner, since: since)
    do {
      let output = try await engine.docker.shell.follow(deaths, deadline: .now + ExitWatch.interval) { _ in .enough }
      if case .exited(1...) = output.termination {
        throw ContainerError.engine(
          DockerProblem(stderr: output.stderr) ?? .notAnswering(DockerProblem.message(in: output.stderr)),
          host: engine.docker.shell.host)
      }
    } catch ShellError.timedOut {
      // Nothing happened.
    } catch let error as ShellError {
      throw ContainerError.engine(DockerProblem(error), host: engine.docker.shell.host)
    }
  }
}
