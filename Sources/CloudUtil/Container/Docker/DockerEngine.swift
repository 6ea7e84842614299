import Foundation
import Synchronization

/// Keeps services as containers of one host's Docker Engine, which it drives through a shell: exactly there, limited,
/// never restarted, never fetched from a registry.
///
/// What the host keeps for a run carries its tag: containers as labels, the folder of unread secrets as its name.
public final class DockerEngine: ContainerEngine {
  let docker: DockerHost
  let owner: RunOwner
  let state = Mutex(State())

  struct State {
    var services: [String: Service] = [:]
    /// Every end that was noticed, in that order.
    var exits: [ServiceExit] = []
    var ground: Ground?
    /// By image, once it was asked for.
    var realtime: [String: RealtimeWay?] = [:]
  }

  struct Service {
    var spec: ServiceSpec
    var id: String
    /// Of its first process on the host, once somebody asked.
    var pid: Int32?
    /// Signals that wait, in order, until it goes on; nil: it was not paused.
    var held: [Int32]?
    var exit: ServiceExit?
  }

  /// What is found out about the host before the first container.
  struct Ground: Equatable, Sendable {
    var machine: DockerMachine
    /// `<uid>:<gid>` of whoever the shell is.
    var user: String
  }

  /// Containers that are started at a time; more would only wait for each other.
  private static let width = 4
  /// How long one may take to start.
  private static let startPatience: Duration = .seconds(60)

  /// - Parameters:
  ///   - shell: of the host.
  ///   - address: of its daemon, where it is not the usual one.
  /// - Throws: `SystemCall` if `/proc` is not mounted.
  public convenience init(shell: any RemoteShell, address: String? = nil) throws {
    guard let current = RunOwner.current else { throw SystemCall(call: "read /proc/self/stat", code: ENOENT) }
    self.init(shell: shell, address: address, owner: current)
  }

  /// - Parameter owner: the process after whose end the services count as left over.
  init(shell: any RemoteShell, address: String? = nil, owner: RunOwner) {
    docker = DockerHost(shell: shell, commands: DockerCommands(address: address))
    self.owner = owner
  }

  /// Containers of crashed runs that have a name which is needed are removed first.
  public func deploy(_ specs: [ServiceSpec]) async throws {
    guard !specs.isEmpty else { return }
    let ground = try await ground()
    for spec in specs {
      guard spec.image != nil else {
        throw ContainerError.unsupported("a container needs an image", service: spec.name)
      }
      try ground.machine.check(spec.limits, of: spec.name)
    }
    let promoted = try await promotions(specs)
    try await clearNames(specs)
    do {
      try await writeEntries(specs)
      try await start(specs, user: ground.user)
      try await awaitEntries(specs)
      try await promote(promoted)
      try await limitLinks(of: specs)
    } catch {
      // Whoever has not read its secrets by now never will.
      _ = try? await shielded { [self] in try await docker.perform(EntryFolder.remove(specs.map(folder))) }
      throw error
    }
  }

  public func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output {
    let command = docker.commands.runOnce(spec, owner: owner, user: try await ground().user)
    do {
      return try await docker.attempt(command, within: deadline - .now)
    } catch {
      // Not in time, or interrupted: its `docker` was killed, but the container goes on.
      let cause = error
      do {
        try await remove(spec.tag)
      } catch {
        throw ContainerError.notRemoved(service: spec.name, reason: "\(error)", after: "\(cause)")
      }
      throw cause
    }
  }

  /// The service `name`.
  /// - Throws: `ContainerError.unknown`.
  func service(_ name: String) throws -> Service {
    guard let service = state.withLock({ $0.services[name] }) else { throw ContainerError.unknown(service: name) }
    return service
  }

  func ground() async throws -> Ground {
    if let ground = state.withLock({ $0.ground }) { return ground }
    let machine = try await docker.machine()
    let ids = try await docker.perform(Command("sh", ["-c", "id -u; id -g"])).stdout.split(whereSeparator: \.isNewline)
    let ground = Ground(machine: machine, user: machine.isRootless ? "0:0" : ids.joined(separator: ":"))
    state.withLock { $0.ground = ground }
    return ground
  }

  // MARK: Deploying

  /// Sees to it that no container has the names of `specs`.
  private func clearNames(_ specs: [ServiceSpec]) async throws {
    let found = try await docker.containers(specs.map(\.name))
    var orphaned: Set<EntryFolder> = []
    for container in found {
      guard let tagged = TaggedContainer(container) else {
        throw ContainerError.nameTakenByStranger(
          service: container.name, image: container.image, host: docker.shell.host)
      }
      if tagged.owner == owner {
        guard !container.isRunning else { throw ContainerError.nameTaken(service: container.name) }
      } else {
        guard tagged.isOrphan else {
          throw ContainerError.nameTakenByRun(
            service: container.name, tagged.tag, owner: tagged.owner, host: docker.shell.host)
        }
        orphaned.insert(EntryFolder(tag: tagged.tag, owner: tagged.owner))
      }
    }
    guard !found.isEmpty else { return }
    for container in found {
      guard let service = state.withLock({ $0.services[container.name] }), service.id == container.id else { continue }
      note(container)
      try await docker.keepLog(of: container.id, service: container.name, in: service.spec.log)
      state.withLock { $0.services[container.name] = nil }
    }
    try await docker.remove(found)
    if !orphaned.isEmpty { try await docker.perform(EntryFolder.remove(orphaned.map(\.path))) }
  }

  /// Where the container of a service reads its secrets, on the host.
  private func folder(_ spec: ServiceSpec) -> String { EntryFolder(tag: spec.tag, owner: owner).path(of: spec.name) }

  private func writeEntries(_ specs: [ServiceSpec]) async throws {
    for (tag, specs) in Dictionary(grouping: specs, by: \.tag) {
      let entry = EntryFolder(tag: tag, owner: owner)
      let output = try await docker.attempt(entry.write(specs))
      guard output.termination.isSuccess else {
        throw ContainerError.notStarted(
          service: specs.map(\.name).joined(separator: ", "),
          reason: "cannot write \(entry.path): \(DockerProblem.message(in: output.stderr))")
      }
    }
  }

  /// Starts `specs` in order, some at a time. Once one has begun to start it is not cancelled any more, so that whoever
  /// removes the run afterwards finds it.
  private func start(_ specs: [ServiceSpec], user: String) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var waiting = specs[...]
      func startNext() {
        guard let spec = waiting.popFirst() else { return }
        group.addTask { [self] in
          try Task.checkCancellation()
          try await shielded { [self] in
            let entry = EntryFolder(tag: spec.tag, owner: owner)
            let way = spec.isRealtime ? try await realtimeWay(image: spec.image ?? "") : nil
            let run = docker.commands.run(spec, entry: entry, user: user, realtime: way)
            let id = try await docker.perform(run, on: spec.name, within: DockerEngine.startPatience).stdout
              .trimmingCharacters(in: .whitespacesAndNewlines)
            state.withLock { $0.services[spec.name] = Service(spec: spec, id: id) }
          }
        }
      }
      for _ in 0..<DockerEngine.width { startNext() }
      while try await group.next() != nil { startNext() }
    }
  }

  /// Waits until every container has read its secrets and become its program.
  private func awaitEntries(_ specs: [ServiceSpec]) async throws {
    let deadline = ContinuousClock.now + DockerHost.patience
    while true {
      var late = try await unread(specs)
      guard let first = late.first else { return }
      let ended = try await docker.containers(late.compactMap { try? service($0.name).id }).filter { !$0.isRunning }
      if !ended.isEmpty {
        // It may have read them between the two questions.
        late = try await unread(specs)
        for container in ended where late.contains(where: { $0.name == container.name }) {
          throw try await failure(of: container)
        }
      }
      guard ContinuousClock.now < deadline else {
        throw ContainerError.notStarted(service: first.name, reason: "it did not read its secrets")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Those of `specs` that have not read their secrets yet.
  private func unread(_ specs: [ServiceSpec]) async throws -> [ServiceSpec] {
    let files = try await docker.perform(EntryFolder.unread(specs.map(folder))).stdout
    return specs.filter { files.contains(folder($0) + "/") }
  }

  /// Why a container ended before it was its program.
  private func failure(of container: InspectedContainer) async throws -> ContainerError {
    let spec = try service(container.name).spec
    if container.termination == .exited(127) {
      return .executableMissing(spec.command.executable, service: container.name)
    }
    let lastWords = try await logs(container.name, lines: 3)
    return .notStarted(
      service: container.name,
      reason: "its container ended with \(container.termination)" + (lastWords.isEmpty ? "" : ": \(lastWords)"))
  }
}
