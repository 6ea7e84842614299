import Foundation
import Synchronization

/// Keeps services as child processes of this one, each in a process group of its own, on this machine.
///
/// Nothing limits their memory and cores; for that take an engine with containers.
public final class ProcessEngine: ContainerEngine {
  private let owner: ProcessIdentity
  private let shell: LocalShell
  private let state = Mutex(State())

  private struct State {
    var services: [String: ServiceProcess] = [:]
    /// Of the services above, those that have ended, as the listeners were told.
    var exits: [String: ServiceExit] = [:]
    var listeners: [UUID: AsyncStream<ServiceExit>.Continuation] = [:]
  }

  /// What a service sees of the environment of this process.
  private static let inherited = ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"]

  /// - Throws: `SystemCall` if `/proc` is not mounted.
  public convenience init() throws {
    guard let current = ProcessIdentity.current else { throw SystemCall(call: "read /proc/self/stat", code: ENOENT) }
    self.init(owner: current)
  }

  /// - Parameter owner: the process after whose end the services count as left over.
  init(owner: ProcessIdentity) {
    self.owner = owner
    shell = LocalShell()
  }

  public func deploy(_ specs: [ServiceSpec]) async throws {
    for spec in specs { try start(spec) }
  }

  public func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output {
    var command = spec.command
    command.environment.merge(tagVariables(spec)) { $1 }
    return try await shell.run(command, deadline: deadline)
  }

  public func exits() -> AsyncStream<ServiceExit> {
    AsyncStream { listener in
      let key = UUID()
      listener.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.listeners.removeValue(forKey: key) } }
      state.withLock { state in
        for exit in state.exits.values { listener.yield(exit) }
        state.listeners[key] = listener
      }
    }
  }

  public func remove(_ tag: ProcessTag) async throws {
    try await shielded { [self] in
      let services = state.withLock { $0.services.values.filter { $0.spec.tag == tag } }
      let groups = Set(services.map(\.identity.pid))
      let surviving = await Takedown(grace: .seconds(2)).end {
        ProcessStatus.all().filter { groups.contains($0.group) || isOurs($0, tag) }
      }
      for service in services where !surviving.contains(service.identity) { await forget(service) }
      guard surviving.isEmpty else { throw ContainerError.surviving(surviving.map(\.description)) }
    }
  }

  // MARK: One service

  /// - Throws: `ContainerError.unknown`.
  func service(_ name: String) throws -> ServiceProcess {
    guard let service = state.withLock({ $0.services[name] }) else { throw ContainerError.unknown(service: name) }
    return service
  }

  public func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output {
    let spec = try service(name).spec
    var command = command
    command.environment.merge(tagVariables(spec).merging(spec.command.environment) { $1 }) { own, _ in own }
    command.secrets.merge(spec.command.secrets) { own, _ in own }
    return try await shell.run(command, deadline: deadline)
  }

  private func start(_ spec: ServiceSpec) throws {
    guard spec.limits == Limits() else { throw ProcessEngine.noLimits(spec.name) }
    guard spec.link_mbit == nil else {
      throw ContainerError.unsupported("a plain process has no link of its own", service: spec.name)
    }
    let spawn = try makeSpawn(spec)
    try state.withLock { state in
      if let previous = state.services[spec.name] {
        guard previous.termination != nil else { throw ContainerError.nameTaken(service: spec.name) }
        previous.forget()
        state.exits[spec.name] = nil
      }
      do {
        state.services[spec.name] = try ServiceProcess(spec, as: spawn) { [weak self] in self?.announce($0, $1) }
      } catch let error as SystemCall {
        throw ContainerError.notStarted(service: spec.name, reason: error.description)
      }
    }
  }

  private func makeSpawn(_ spec: ServiceSpec) throws -> Spawn {
    var environment = ProcessInfo.processInfo.environment.filter { ProcessEngine.inherited.contains($0.key) }
    environment.merge(spec.command.additions) { $1 }
    environment.merge(tagVariables(spec)) { $1 }
    let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    guard let executable = ProcessEngine.locate(spec.command.executable, path: path) else {
      throw ContainerError.executableMissing(spec.command.executable, service: spec.name)
    }
    var words = [executable] + spec.command.arguments
    if spec.isRealtime || spec.isIdle {
      guard let chrt = ProcessEngine.locate("chrt", path: path) else {
        throw ContainerError.executableMissing("chrt", service: spec.name)
      }
      words = [chrt] + (spec.isRealtime ? ["-f", "1"] : ["-i", "0"]) + words
    } else if spec.niceness != 0 {
      // `nice` becomes the program without a new process, so that no thread of it ever runs at another priority.
      guard let nice = ProcessEngine.locate("nice", path: path) else {
        throw ContainerError.executableMissing("nice", service: spec.name)
      }
      words = [nice, "-n", String(spec.niceness)] + words
    }
    let folder = URL(fileURLWithPath: spec.log).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ContainerError.notStarted(service: spec.name, reason: "cannot make \(folder.path): \(error)")
    }
    return Spawn(
      executable: words[0], arguments: Array(words.dropFirst()), environment: environment,
      stdin: spec.command.stdin?.value, log: spec.log, blockedSignals: spec.blockedSignals)
  }

  private func tagVariables(_ spec: ServiceSpec) -> [String: String] {
    [ProcessTag.variable: spec.tag.description, ProcessTag.ownerVariable: owner.description]
  }

  /// The path of an executable file: `name` itself if it has a slash, else the first in `path`.
  private static func locate(_ name: String, path: String) -> String? {
    let candidates = name.contains("/") ? [name] : path.split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first { candidate in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder) && !isFolder.boolValue
        && FileManager.default.isExecutableFile(atPath: candidate)
    }
  }

  /// A process of `tag` that left the group of its service.
  private func isOurs(_ status: ProcessStatus, _ tag: ProcessTag) -> Bool {
    guard let process = TaggedProcess(status) else { return false }
    return process.tag == tag && process.owner == owner
  }

  private func announce(_ service: ServiceProcess, _ termination: Termination) {
    let exit = ServiceExit(
      name: service.spec.name, component: service.spec.component, termination: termination)
    state.withLock { state in
      if state.services[exit.name] === service { state.exits[exit.name] = exit }
      for listener in state.listeners.values { listener.yield(exit) }
    }
  }

  /// Waits until the end of `service` is known, which its watching thread is about to say, and drops it. Of one that left no
  /// trace nobody says anything any more: where SIGCHLD is ignored, the kernel itself reaps what has ended.
  private func forget(_ service: ServiceProcess) async {
    while service.termination == nil, service.hasTrace { try? await Task.sleep(for: .milliseconds(1)) }
    service.forget()
    state.withLock { state in
      guard state.services[service.spec.name] === service else { return }
      state.services[service.spec.name] = nil
      state.exits[service.spec.name] = nil
    }
  }
}
