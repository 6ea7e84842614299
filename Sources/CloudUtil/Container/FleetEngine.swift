import Synchronization

/// Keeps services on all hosts of a fleet, each with the engine of the host that its spec names.
///
/// The names of services are unique in the whole fleet.
public final class FleetEngine: ContainerEngine {
  private let engines: [String: any ContainerEngine]
  /// Where a service stands that names no host.
  private let home: String
  private let tell: @Sendable (_ host: String, _ text: String) -> Void
  /// The host of each service.
  private let places = Mutex<[String: String]>([:])
  /// Tags whose containers may still be on a host, by its name.
  private let unfinished = Mutex<[String: Set<ProcessTag>]>([:])

  /// - Parameters:
  ///   - engines: by the name of the host.
  ///   - home: one of the hosts.
  ///   - tell: hears of a host on which containers may go on, since it does not answer.
  public init(
    _ engines: [String: any ContainerEngine], home: String,
    tell: @escaping @Sendable (_ host: String, _ text: String) -> Void
  ) {
    self.engines = engines
    self.home = home
    self.tell = tell
  }

  /// All hosts at once, on each in order. What could not be removed from a host before is removed first, since it would
  /// load the host and keep names and ports; a host from which it still cannot be removed gets nothing.
  public func deploy(_ specs: [ServiceSpec]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (host, specs) in Dictionary(grouping: specs, by: { $0.host ?? home }) {
        let engine = try engine(on: host, for: specs.first?.name ?? "")
        places.withLock { places in for spec in specs { places[spec.name] = host } }
        group.addTask { [self] in
          try await finishRemovals(from: engine, on: host)
          try await engine.deploy(specs)
        }
      }
      try await group.waitForAll()
    }
  }

  public func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output {
    try await engine(on: spec.host ?? home, for: spec.name).runOnce(spec, deadline: deadline)
  }

  public func signal(_ name: String, _ signal: Int32) async throws { try await engine(of: name).signal(name, signal) }
  public func kill(_ name: String) async throws { try await engine(of: name).kill(name) }
  public func pause(_ name: String) async throws { try await engine(of: name).pause(name) }
  public func resume(_ name: String) async throws { try await engine(of: name).resume(name) }

  public func update(_ name: String, limits: Limits) async throws {
    try await engine(of: name).update(name, limits: limits)
  }

  /// One host has to be able to.
  public func check(_ limits: Limits, of name: String) async throws {
    var refusal: (any Error)?
    for engine in engines.values {
      do {
        return try await engine.check(limits, of: name)
      } catch { refusal = error }
    }
    if let refusal { throw refusal }
  }

  /// All hosts have to be able to.
  public func linkGround() async throws -> LinkGround {
    try await withThrowingTaskGroup(of: (host: String, ground: LinkGround).self) { group in
      for (host, engine) in engines { group.addTask { (host, try await engine.linkGround()) } }
      return try await group.reduce(into: LinkGround(address: "", canDelay: true)) { all, one in
        if one.host == home { all.address = one.ground.address }
        all.canDelay = all.canDelay && one.ground.canDelay
      }
    }
  }

  public func shape(_ name: String, as condition: LinkCondition) async throws {
    try await engine(of: name).shape(name, as: condition)
  }

  public func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output {
    try await engine(of: name).exec(command, in: name, deadline: deadline)
  }

  public func stats(_ name: String) async throws -> ServiceStats { try await engine(of: name).stats(name) }

  public func logs(_ name: String, lines: Int) async throws -> String {
    try await engine(of: name).logs(name, lines: lines)
  }

  public func exits() -> AsyncStream<ServiceExit> {
    AsyncStream { continuation in
      let listening = listen { continuation.yield($0) }
      continuation.onTermination = { _ in listening.cancel() }
    }
  }

  /// On all hosts at once. One that does not answer, or not in time, keeps nobody from the rest: it is told, and the next
  /// deployment on it begins with removing what is there.
  public func remove(_ tag: ProcessTag) async throws {
    let errors: [any Error] = await withTaskGroup(of: (any Error)?.self) { group in
      for (host, engine) in engines {
        group.addTask { [self] in
          do {
            try await remove(tag, from: engine, on: host)
          } catch let error as ContainerError where error.isOfHost {
            tell(
              host,
              "\(error)\nContainers of run \(tag.run) may go on on \(host); they are removed before anything else is started "
                + "there, or by terminate")
          } catch { return error }
          return nil
        }
      }
      return await group.reduce(into: []) { errors, error in if let error { errors.append(error) } }
    }
    if let first = errors.first { throw first }
  }

  /// Remembers `tag` unless nothing of it is left.
  private func remove(_ tag: ProcessTag, from engine: any ContainerEngine, on host: String) async throws {
    unfinished.withLock { _ = $0[host, default: []].insert(tag) }
    do {
      try await engine.remove(tag)
    } catch let error as ContainerError {
      if error.isOfLogAlone { unfinished.withLock { _ = $0[host]?.remove(tag) } }
      throw error
    }
    unfinished.withLock { _ = $0[host]?.remove(tag) }
  }

  private func finishRemovals(from engine: any ContainerEngine, on host: String) async throws {
    for tag in unfinished.withLock({ $0[host] ?? [] }) { try await remove(tag, from: engine, on: host) }
  }

  private func listen(_ take: @escaping @Sendable (ServiceExit) -> Void) -> Task<Void, Never> {
    Task { [engines] in
      await withTaskGroup(of: Void.self) { group in
        for engine in engines.values { group.addTask { for await exit in engine.exits() { take(exit) } } }
      }
    }
  }

  private func engine(of name: String) throws -> any ContainerEngine {
    guard let host = places.withLock({ $0[name] }) else { throw ContainerError.unknown(service: name) }
    return try engine(on: host, for: name)
  }

  private func engine(on host: String, for service: String) throws -> any ContainerEngine {
    guard let engine = engines[host] else {
      throw ContainerError.unsupported("there is no host \(host) in the fleet", service: service)
    }
    return engine
  }
}
