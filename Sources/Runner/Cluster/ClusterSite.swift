import CloudUtil
import Foundation

/// The machines of a cluster and how the operator's machine reaches them.
struct ClusterSite: Sendable {
  let cluster: ClusterID
  let machines: [Role: [Machine]]
  /// Of each machine, by its name.
  let destinations: [String: SSHDestination]
  /// On this machine: pinned host keys and the key that the cluster's hosts use among each other.
  let state: String
  /// Whether a machine knows its own name, as EC2's do.
  let knowsNames: Bool
  /// By the name of the machine; each is one connection.
  let shells: [String: SSHShell]

  /// A host may be away for a minute, paused or without a network, and be back: nothing that waits for one gives it up sooner.
  private static let absence: Duration = .seconds(90)
  private static let silence: Duration = .seconds(150)
  /// For a command that takes no time itself.
  static let short: Duration = .seconds(120)

  init(
    cluster: ClusterID, machines: [Role: [Machine]], destinations: [String: SSHDestination], state: String,
    knowsNames: Bool
  ) {
    self.cluster = cluster
    self.machines = machines
    self.destinations = destinations
    self.state = state
    self.knowsNames = knowsNames
    let knownHosts = KnownHosts(path: "\(state)/known_hosts")
    shells = destinations.mapValues {
      SSHShell(to: $0, knownHosts: knownHosts, reconnecting: Self.absence, silence: Self.silence)
    }
  }

  var folder: ClusterFolder { ClusterFolder(experiment: cluster.experiment, cluster: cluster.name) }
  var knownHosts: KnownHosts { KnownHosts(path: "\(state)/known_hosts") }
  /// With which the frontend's host reaches the others.
  var clusterKey: String { "\(state)/cluster_ed25519" }
  /// In `authorized_keys` of every host, by which the cluster's key is found again.
  var keyComment: String { "run_exp:\(cluster)" }

  /// Whether a run was ever started from this machine on the frontend's host that there is now.
  var hasStarted: Bool {
    guard FileManager.default.fileExists(atPath: startNote) else { return false }
    return (try? String(contentsOfFile: startNote, encoding: .utf8)) == (try? frontend.machine.name)
  }

  /// To be called before a run is started: what is not noted may be given back with its results.
  func noteStart() throws {
    try Data(frontend.machine.name.utf8).write(to: URL(filePath: startNote), options: .atomic)
  }

  /// Made once: machines of the same name, with the same user and folders, have another.
  func operatorID() throws -> String {
    let file = URL(filePath: "\(state)/operator")
    if let id = try? String(contentsOf: file, encoding: .utf8), !id.isEmpty { return id }
    try Data(randomHex(bytes: 4).utf8).write(to: file, options: .atomic)
    return try String(contentsOf: file, encoding: .utf8)
  }

  private var startNote: String { "\(state)/started" }

  /// To be called before anything is brought to its hosts.
  func noteHosts() throws {
    let lines = hostNames.union(notedHosts).sorted().map { $0 + "\n" }
    try Data(lines.joined().utf8).write(to: URL(filePath: hostsNote), options: .atomic)
  }

  /// Hosts that this cluster was brought to and that are none of its machines now, as known_hosts would name them.
  var formerHosts: [String] { notedHosts.subtracting(hostNames).sorted() }

  private var hostNames: Set<String> {
    Set(destinations.values.map { KnownHosts.name(of: $0.address, port: $0.port) })
  }

  private var notedHosts: Set<String> {
    let text = (try? String(contentsOfFile: hostsNote, encoding: .utf8)) ?? ""
    return Set(text.split(separator: "\n").map(String.init))
  }

  private var hostsNote: String { "\(state)/hosts" }

  /// Every machine once, by name.
  var all: [Machine] {
    Dictionary(machines.values.joined().map { ($0.name, $0) }) { first, _ in first }.values.sorted { $0.name < $1.name }
  }

  /// The roles of a machine, for people: `frontend`, `worker+client`.
  func roles(of machine: Machine) -> String {
    machines.filter { $0.value.contains { $0.name == machine.name } }.map(\.key.name).sorted().joined(separator: "+")
  }

  /// - Throws: `Failure` (infrastructure) if there is none.
  var frontend: (machine: Machine, shell: SSHShell, destination: SSHDestination) {
    get throws {
      guard let machine = machines[Role("frontend")]?.first, let shell = shells[machine.name],
        let destination = destinations[machine.name]
      else { throw Failure(exitCode: .infrastructure, "\(cluster) has no machine for the frontend") }
      return (machine, shell, destination)
    }
  }

  /// Before each further attempt of rsync: together longer than a host that is paused for a minute stays away.
  static let pauses: [Duration] = [.seconds(5), .seconds(10), .seconds(20), .seconds(40)]

  /// Runs rsync between this machine and the frontend's; again where the connection broke, which loses nothing.
  /// - Parameter isPull: this machine is the one that writes.
  /// - Throws: `Failure` (infrastructure) that says what was to be brought, to or from whom, and what rsync said.
  @discardableResult
  func transferring(
    _ what: String, isPull: Bool = false, pauses: [Duration] = ClusterSite.pauses, _ work: () async throws -> Output
  ) async throws -> Output {
    try await explaining(what, to: try frontend.machine, isPull: isPull) {
      for pause in pauses {
        do {
          return try await work()
        } catch ShellError.failed(_, _, let output) where Rsync.mayPass(output) {
          CloudProgress().tell("\(what): rsync broke off with \(output.termination); trying again")
          try await Task.sleep(for: pause)
        }
      }
      return try await work()
    }
  }

  /// Does `work`, which brings something to `machine` or from it.
  /// - Throws: `Failure` (infrastructure) that says what, whose, and why it did not come, in place of the command.
  func explaining<Result>(
    _ what: String, to machine: Machine, isPull: Bool = false, _ work: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await work()
    } catch let error as ShellError {
      var reason = error.reason
      if case .notStarted(let command, _, _) = error, command.executable == "rsync" {
        reason = "no rsync here (\(reason)); apt-get install rsync openssh-client"
      }
      let address = destinations[machine.name].map { " (\($0.address))" } ?? ""
      throw Failure(
        exitCode: .infrastructure,
        "\(what): the \(roles(of: machine)) \(machine.name)\(address): \(reason)\(error.hint(isPull: isPull))")
    }
  }

  /// An address may have come to another machine meanwhile: one that says its name is the one it should be.
  /// - Throws: `Failure` (ssh) if it is another.
  func requireIdentity(of machine: Machine, _ shell: SSHShell) async throws {
    guard knowsNames else { return }
    let name = try await shell.run(
      Command("cat", ["/var/lib/cloud/data/instance-id"]), deadline: .now + Self.short
    ).stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    guard name.isEmpty || name == machine.name else {
      throw Failure(
        exitCode: .ssh, "at \(shell.host) there is \(name) and not \(machine.name); nothing was done there")
    }
  }

  /// Does `work` on every machine at once.
  /// - Throws: a `Failure` that names every machine on which it failed, after all are done; its exit code is theirs, or that
  ///   of infrastructure where they differ.
  func onEach(
    _ what: String, _ work: @escaping @Sendable (Machine, SSHShell) async throws -> Void
  ) async throws {
    let failures: [(line: String, exitCode: Int32)] = try await withThrowingTaskGroup(of: (String, Int32)?.self) {
      group in
      for machine in all {
        guard let shell = shells[machine.name] else { continue }
        group.addTask {
          do {
            try await work(machine, shell)
            return nil
          } catch is CancellationError {
            throw CancellationError()
          } catch {
            return ("\(roles(of: machine)) \(machine.name): \(error)", Ending(of: error).exitCode)
          }
        }
      }
      return try await group.reduce(into: []) { failures, failure in if let failure { failures.append(failure) } }
    }
    guard let first = failures.first else { return }
    let isOne = failures.allSatisfy { $0.exitCode == first.exitCode }
    throw Failure(
      exitCode: isOne ? ExitCode(rawValue: first.exitCode) ?? .infrastructure : .infrastructure,
      "\(what) failed on \(failures.count) of \(all.count) hosts:\n"
        + failures.map(\.line).sorted().joined(separator: "\n"))
  }
}
