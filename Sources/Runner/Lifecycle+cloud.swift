import CloudUtil
import Foundation
import Synchronization

// What happens to an experiment's machines in the cloud: got, listed, given more time, given back.
extension Lifecycle {
  /// Gets the machines of the experiment, unless somebody is at work on the cluster.
  static func provision(
    _ invocation: Invocation, on cloud: Cloud, _ spec: FleetSpec, _ commands: ClusterCommands
  ) async throws -> [Role: [Machine]] {
    let cluster = spec.cluster
    let plan = CloudPlan(invocation, settings: cloud.settings, region: cloud.region, prices: cloud.prices)
    cloud.progress.tell("\(cluster) in \(cloud.region): \(plan.shortText)")
    guard let hold = try cloud.site.hold(cluster) else {
      throw Failure(exitCode: .infrastructure, "another launch of \(cluster) is at work on this machine")
    }
    defer { hold.release() }
    try await cloud.requireIdle(cluster, commands)
    return try await cloud.perform(commands, cluster) { try await cloud.provider.provision(spec) }
  }

  /// What `launch --machines-only` prints.
  static func show(_ machines: [Role: [Machine]]) throws {
    let rows = machines.sorted { $0.key.name < $1.key.name }.flatMap { role, machines in
      machines.map { [role.name, $0.name, $0.zone ?? "", $0.address, $0.publicAddress ?? ""] }
    }
    let lines = TextTable.lines(
      [["role", "machine", "zone", "address", "public address"]] + rows,
      words: ["role", "machine", "zone", "address", "public address"])
    try Console.show(lines.map { $0 + "\n" }.joined())
  }

  /// Asks AWS, for each role, whether it would launch its machines, and prints the answers.
  /// - Throws: `Failure` if it would not launch one.
  static func check(
    _ invocation: Invocation, on cloud: Cloud, cluster name: String, json: Bool, _ commands: ClusterCommands
  ) async throws {
    let spec = invocation.fleet(on: cloud, cluster: name)
    let answers = try await cloud.perform(commands, spec.cluster) { try await cloud.provider.check(spec) }
    if json {
      try Results.show(LaunchCheck(answers))
    } else {
      for (role, error) in answers { try Console.show("\(role): \(error.map { "\($0)" } ?? "would be launched")\n") }
    }
    if let error = answers.lazy.compactMap(\.error).first {
      throw Failure(FleetFailure(.call(error), cluster: spec.cluster), nil, cloud: cloud, commands: commands)
    }
  }

  /// Ends clusters and prints what AWS said of their machines, as AWS's own tools print it: those that were ended,
  /// however this ends.
  ///
  /// One that fails does not save the others; an interruption does.
  static func terminate(_ clusters: [ClusterID], on cloud: Cloud, _ commands: ClusterCommands) async throws {
    let ended = Mutex<[StateChange]>([])
    var failures: [Failure] = []
    var interruption: CancellationError?
    for cluster in clusters where interruption == nil {
      do {
        let termination = try await cloud.perform(commands, cluster) {
          try await cloud.provider.terminate(cluster) { changes in ended.withLock { $0 += changes } }
        }
        cloud.tellEnd(of: cluster, termination)
      } catch let failure as Failure {
        failures.append(failure)
      } catch let error as CancellationError {
        interruption = error
      }
    }
    let changes = ended.withLock { $0.sorted { $0.instanceID < $1.instanceID } }
    if !changes.isEmpty || (failures.isEmpty && interruption == nil) {
      try Console.show(try TerminationRecord(changes).text)
    }
    if let interruption {
      for failure in failures { cloud.progress.tell("\(failure)") }
      throw interruption
    }
    if let first = failures.first {
      throw Failure(exitCode: first.exitCode, failures.map(\.description).joined(separator: "\n"))
    }
  }

  static func extend(
    _ cluster: ClusterID, hours: Double, on cloud: Cloud, _ commands: ClusterCommands
  ) async throws {
    let (expires, machines) = try await cloud.perform(commands, cluster) {
      try await cloud.provider.extend(cluster, by: .seconds(hours * 3600))
    }
    try Console.show("\(cluster): \(machines) machines end themselves at \(expires)\n")
  }

  /// Shows every cluster of ours in the region, or those of one experiment, of one name.
  static func list(
    experiment: String?, cluster name: String?, on cloud: Cloud, json: Bool, _ commands: ClusterCommands
  ) async throws {
    let clusters = try await cloud.perform(commands, nil) { try await cloud.provider.clusters() }.filter {
      $0.id.experiment == experiment ?? $0.id.experiment && $0.id.name == name ?? $0.id.name
    }
    let list = ClusterList(clusters, region: cloud.region, prices: cloud.prices, now: .now)
    if json { try Results.show(list) } else { try Console.show(list.text) }
  }

  /// The clusters whose time is over.
  static func expired(on cloud: Cloud, _ commands: ClusterCommands) async throws -> [ClusterID] {
    try await cloud.perform(commands, nil) { try await cloud.provider.clusters() }
      .filter { $0.expires.map { $0 <= .now } ?? false }.map(\.id)
  }
}

extension Invocation {
  /// The machines of the experiment, substitutions made.
  func fleet(on cloud: Cloud, cluster name: String) -> FleetSpec {
    var spec = FleetSpec(sweep, of: experiment)
    spec.cluster = ClusterID(experiment: experiment.experimentID, name: name)
    spec.groups = cloud.settings.substituted(spec.groups)
    return spec
  }
}

extension EC2Settings {
  func substituted(_ groups: [Role: FleetSpec.Group]) -> [Role: FleetSpec.Group] {
    groups.mapValues { FleetSpec.Group(count: $0.count, instanceType: instanceType(inPlaceOf: $0.instanceType)) }
  }
}

extension Cloud {
  /// Does `work`, which Ctrl-C interrupts, and says of its failure what there is now.
  /// - Parameter cluster: nil if it is about all clusters.
  func perform<Result: Sendable>(
    _ commands: ClusterCommands, _ cluster: ClusterID?, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    do {
      return try await interruptible(work)
    } catch let failure as FleetFailure {
      throw Failure(await completed(failure), cluster, cloud: self, commands: commands)
    } catch let error as AWSError {
      let failure = FleetFailure(.call(error), cluster: cluster ?? ClusterID(experiment: ""))
      throw Failure(failure, cluster, cloud: self, commands: commands)
    } catch let error as CredentialError {
      throw Failure(error, cluster, cloud: self, commands: commands)
    } catch is CancellationError {
      if let cluster {
        progress.tell("interrupted; what exists of \(cluster) goes on and costs until: \(commands.terminate(cluster))")
      }
      throw CancellationError()
    } catch {
      throw Failure(error, cluster, cloud: self, commands: commands)
    }
  }

  /// Says that nothing is left, and where it may be if nothing was there.
  func tellEnd(of cluster: ClusterID, _ termination: ClusterEnd) {
    let found = termination.changes.isEmpty ? "no machine of it was found, and " : ""
    let source = aws.regionSource == "region" ? "region of the cluster file" : "region of \(aws.regionSource)"
    progress.tell("\(cluster): \(found)nothing of it is left in \(region) (\(source))")
    let others = site.otherRegions(of: cluster)
    if !others.isEmpty {
      progress.tell(
        "WARNING: \(cluster) was launched from here in \(others.joined(separator: ", ")), too; it is ended there with "
          + "another region in the cluster file or in AWS_REGION")
    }
    let folder = site.folder(of: cluster)
    guard termination.hasSeenAny || !EC2Provider.hasAskedForMachines(from: folder) else {
      // With the credentials of another account nothing is ever found; its key is needed where it runs.
      progress.tell(
        "WARNING: this machine has launched \(cluster) in \(region), and AWS shows no trace of it: if it was with other "
          + "credentials, end it with those; if it ended long ago, remove what is kept of it, its key: \(folder)")
      return
    }
    do {
      try site.forget(cluster)
    } catch {
      progress.tell("what this machine keeps of \(cluster) cannot be removed: \(error)")
    }
  }
}
