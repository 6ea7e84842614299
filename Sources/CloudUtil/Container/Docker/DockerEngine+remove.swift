import Foundation

extension DockerEngine {
  /// SIGTERM, SIGKILL after two seconds, then their containers with anonymous volumes. The logs are in their files then.
  ///
  /// Also finds what another engine or process deployed under this tag. A log that cannot be kept does not stop it, nor
  /// does a daemon that takes long to stop containers: they are removed by force then.
  public func remove(_ tag: ProcessTag) async throws {
    try await shielded { [self] in
      // Forgotten whatever happens, so that asking again, perhaps much later, does not add to logs that are closed by then.
      defer { state.withLock { $0.services = $0.services.filter { $0.value.spec.tag != tag } } }
      var unremoved: ContainerError?
      do {
        try await docker.perform(EntryFolder.remove([EntryFolder(tag: tag, owner: owner).path]))
      } catch let error as ContainerError where !error.isOfHost {
        unremoved = error
      }
      let found = try await docker.containers(labelled: ContainerLabel.all(of: tag))
      var lost: ContainerError?
      if !found.isEmpty {
        await docker.stop(found)
        lost = try await keepLogs(of: found)
        // How they ended is worth knowing, but no reason to let one run on.
        let ended = try? await docker.containers(found.map(\.id))
        for container in ended ?? [] { note(container) }
        try await docker.remove(found)
      }
      if let problem = unremoved ?? lost { throw problem }
    }
  }

  /// - Returns: why the first that could not be kept was not.
  private func keepLogs(of containers: [InspectedContainer]) async throws -> ContainerError? {
    let files = state.withLock { state in
      containers.compactMap { container in
        state.services[container.name].flatMap { $0.id == container.id ? (container, $0.spec.log) : nil }
      }
    }
    return try await withThrowingTaskGroup(of: ContainerError?.self) { group in
      for (container, file) in files {
        group.addTask { [docker] in
          do {
            try await docker.keepLog(of: container.id, service: container.name, in: file)
            return nil
          } catch let error as ContainerError {
            return error
          }
        }
      }
      return try await group.reduce(nil) { $0 ?? $1 }
    }
  }
}

extension DockerHost {
  /// How long a service may take to end by itself.
  static let grace: Duration = .seconds(2)

  /// Asks `containers` to end, also paused ones, which take note of SIGTERM only once they go on. Whatever becomes of that,
  /// `remove` ends those that stay.
  func stop(_ containers: [InspectedContainer]) async {
    let paused = containers.filter(\.isPaused).map(\.id)
    if !paused.isEmpty { _ = try? await attempt(commands.resume(paused)) }
    let running = containers.filter(\.isRunning).map(\.id)
    guard !running.isEmpty else { return }
    _ = try? await attempt(
      commands.stop(running, grace: DockerHost.grace), within: DockerHost.grace + DockerHost.patience)
  }

  /// Whatever state they are in; asked again as long as one is there.
  /// - Throws: `ContainerError.surviving` if one is still there, `ContainerError.engine` if that cannot be found out.
  func remove(_ containers: [InspectedContainer]) async throws {
    let deadline = ContinuousClock.now + DockerHost.patience
    var surviving = containers
    while true {
      let reason = try await removalProblem(surviving)
      // Somebody else may be removing the same.
      surviving = try await self.containers(containers.map(\.id))
      if surviving.isEmpty { return }
      guard ContinuousClock.now < deadline else {
        throw ContainerError.surviving(surviving.map { "\($0.name) (\(reason))" })
      }
    }
  }

  /// Removes `containers`, or begins to.
  /// - Returns: what the daemon has to say about it.
  private func removalProblem(_ containers: [InspectedContainer]) async throws -> String {
    do {
      return DockerProblem.message(in: try await attempt(commands.remove(containers.map(\.id))).stderr)
    } catch ContainerError.engine(.tooSlow(let command), _) {
      // The daemon goes on with what it was asked.
      return "\(DockerProblem.tooSlow(command))"
    }
  }

  /// Appends all that a container printed to `file` on this machine; folders above it are made.
  func keepLog(of container: String, service: String, in file: String) async throws {
    do {
      let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let sink = try LogFile(file)
      let output = try await shell.stream(commands.logs(container), deadline: .now + .seconds(60)) { piece in
        try await sink.append(piece)
        return .goOn
      }
      guard output.termination.isSuccess else {
        throw ContainerError.engine(.refused("docker logs: \(output.termination)"), host: shell.host)
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      let reason = "\(error)"
      throw ContainerError.logLost(service: service, reason: reason.contains(file) ? reason : "\(file): \(reason)")
    }
  }
}
