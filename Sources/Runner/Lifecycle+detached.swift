import CloudUtil
import Foundation

// The second half of a launch on a cluster: the sweep, on the frontend's host, with nobody watching.
extension Lifecycle {
  /// Runs the sweep on the hosts of a cluster, of which this machine is the frontend's.
  /// - Parameters:
  ///   - folder: the cluster's own, with its inventory.
  ///   - launch: tells this run's status from that of one before.
  static func run(
    _ invocation: Invocation, options: RunOptions, results: Results, in folder: ClusterFolder, launch: String
  ) async throws {
    let lock = URL(filePath: folder.lock)
    try FileManager.default.createDirectory(at: lock, withIntermediateDirectories: true)
    let held = try await take(lock)
    defer { held.release() }
    try Data("\(ProcessInfo.processInfo.processIdentifier)\n".utf8).write(to: lock.appending(path: "process"))
    let reporter = try RunReporter(path: folder.status, launch: launch, sweep: invocation.sweep)
    do {
      try await interruptible {
        try await runOnCluster(invocation, options: options, results: results, in: folder, reporter: reporter)
      }
    } catch {
      // A full disk must not hide why.
      try? reporter.fail(error)
      throw error
    }
    try reporter.finish()
    let place = invocation.results.folder(ofExperiment: invocation.experiment.experimentID)
    let absolute = URL(filePath: place).resolvingSymlinksInPath().path
    Console.tell("\(Archive.name) of each trial lies in its folder below \(place) (on the frontend: \(absolute))\n")
  }

  /// Those who look whether a run is at work hold the lock for a moment.
  private static func take(_ lock: URL) async throws -> FolderLock {
    for _ in 0..<20 {
      if let held = FolderLock(lock) { return held }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failure(exitCode: .infrastructure, "another run is at work on this cluster")
  }

  /// Writes this run into the cluster's list.
  /// - Returns: those before it. The lock is held, so they have ended.
  private static func enter(_ folder: ClusterFolder) throws -> Set<RunOwner> {
    let before = (try? String(contentsOfFile: folder.owners, encoding: .utf8)) ?? ""
    guard let current = RunOwner.current else { return [] }
    try Data((before + "\(current)\n").utf8).write(to: URL(filePath: folder.owners), options: .atomic)
    return Set(before.split(separator: "\n").compactMap { RunOwner(String($0)) }).subtracting([current])
  }

  /// Writes this run into the list of each other host, which can be cleared without the frontend's then.
  private static func enter(_ fleet: Fleet, _ folder: ClusterFolder) async throws {
    guard let current = RunOwner.current else { return }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for host in fleet.all where !host.isHere {
        group.addTask {
          try await host.shell.require(HostCleaning.enter(current, in: folder), deadline: .now + .seconds(30))
        }
      }
      try await group.waitForAll()
    }
  }

  /// Runs the sweep, then looks once more at hosts that were lost on the way.
  private static func runOnCluster(
    _ invocation: Invocation, options: RunOptions, results: Results, in folder: ClusterFolder, reporter: RunReporter
  ) async throws {
    let experiment = invocation.experiment.experimentID
    let lost = LostHosts()
    try await withTeardown {
      do {
        try await runOnHosts(
          invocation, options: options, results: results, in: folder, reporter: reporter, lost: lost)
      } catch is CancellationError {
        // Who interrupts waits for the end, and clears hosts himself.
        lost.giveUpUnfinished()
        throw CancellationError()
      }
    } teardown: {
      await lost.clear(of: experiment, absence: absence) { CloudProgress().tell($0) }
    }
  }

  /// Once more after hosts were silent for a while, and with those that are left when some are lost; finished trials stay.
  private static func runOnHosts(
    _ invocation: Invocation, options: RunOptions, results: Results, in folder: ClusterFolder, reporter: RunReporter,
    lost: LostHosts
  ) async throws {
    var inventory = try Inventory.read(from: folder.inventory)
    let progress = CloudProgress()
    var ended = try enter(folder)
    var interruptions = Interruptions()
    while true {
      let fleet = inventory.fleet {
        SSHShell(to: folder.destination(of: $0), knownHosts: KnownHosts(path: folder.knownHosts))
      }
      let watch = HostWatch(fleet)
      do {
        return try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { await watch.keep() }
          defer { group.cancelAll() }
          try await enter(fleet, folder)
          var machinery = try await Machinery.cluster(
            inventory, fleet, installation: invocation.installation,
            tell: { host, text in
              progress.tell(text)
              lost.addUnfinished(fleet.all.filter { $0.name == host })
            })
          machinery.ended = ended
          machinery.lostHosts = lost.names
          let lifecycle = Lifecycle(
            invocation: invocation, options: options, results: results, machinery: machinery,
            progress: Progress(watch: { reporter.sending($0) }), git: inventory.git, reporter: reporter)
          try await lifecycle.run()
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        let silent = await watch.silent(since: reporter.begun)
        guard !silent.isEmpty else { throw error }
        let changed = await watch.changed.intersection(silent)
        let names = silent.sorted().joined(separator: ", ")
        progress.tell(
          changed == silent
            ? "\(error)\n\(names): shows another host key than before"
            : "\(error)\n\(names): did not answer for a while; waiting")
        let gone = await watch.lost(of: silent, after: Self.absence)
        if gone.isEmpty {
          guard interruptions.permit(trial: reporter.trial) else {
            throw Failure(exitCode: .experiment, "\(error)\n\(names): does not answer again and again")
          }
          progress.tell("\(names): answers again; going on with this trial")
        } else {
          let names = gone.joined(separator: ", ")
          let what = changed.isSuperset(of: gone) ? "is not the host that it was" : "does not answer any more"
          lost.add(fleet.all.filter { gone.contains($0.name) })
          guard inventory.on_host_loss == .goOn, let rest = inventory.without(Set(gone)) else {
            throw Failure(exitCode: .experiment, "\(error)\n\(names): \(what)")
          }
          progress.tell("\(names): \(what); going on with the hosts that are left")
          inventory = rest
        }
        // Nothing of this run is at work now: what it left on silent hosts is left over.
        if let current = RunOwner.current { ended.insert(current) }
      }
    }
  }

  /// A host that is silent for longer is lost.
  private static let absence: Duration = .seconds(120)

  /// How often a trial may be begun again because hosts were silent for a while.
  private struct Interruptions {
    private var trial = -1
    private var left = 0

    mutating func permit(trial: Int) -> Bool {
      if trial != self.trial { (self.trial, left) = (trial, 3) }
      left -= 1
      return left >= 0
    }
  }
}

extension Inventory {
  /// nil if a role would be left without hosts.
  func without(_ lost: Set<String>) -> Inventory? {
    var rest = self
    rest.hosts = hosts.mapValues { $0.filter { !lost.contains($0.name) } }
    return rest.hosts.values.contains(where: \.isEmpty) ? nil : rest
  }
}

extension ClusterFolder {
  /// How the run on the frontend's host reaches another.
  func destination(of entry: Inventory.Entry) -> SSHDestination {
    SSHDestination(address: entry.address, port: entry.port, user: entry.user, key: key)
  }
}
