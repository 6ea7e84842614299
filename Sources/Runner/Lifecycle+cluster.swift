import CloudUtil
import Foundation

// The first half of a launch on a cluster, and what the operator does from then on.
extension Lifecycle {
  /// How a launch on a cluster goes.
  struct ClusterOptions: Sendable {
    var name: String
    var build: BuildChoice
    /// Stops when the machines run.
    var isMachinesOnly: Bool
    /// Gives the machines back if they cannot be made ready.
    var terminatesOnFailure: Bool
    /// Replaces finished trials, there and here.
    var overwrites: Bool
    /// Of `run` there.
    var arguments: [String]
  }

  /// Gets the machines, brings everything there, starts the run, follows it and brings its results home.
  static func launch(
    _ invocation: Invocation, at place: ClusterPlace, _ options: ClusterOptions, results: Results,
    _ commands: ClusterCommands
  ) async throws {
    let progress = place.progress
    let preflight = Preflight(invocation: invocation, build: options.build)
    let files = options.isMachinesOnly ? nil : try await interruptible { try await preflight.check() }
    let site: ClusterSite
    do {
      site = try await place.provision(invocation, options, commands)
    } catch {
      try await place.giveUp(error, invocation, options, commands)
    }
    guard let files else {
      try show(site.machines)
      let costs = await place.whatItCosts(site, invocation, commands, isNew: true)
      progress.tell("all \(site.all.count) machines run; \(costs)")
      return
    }
    guard let hold = FolderLock(URL(filePath: site.state)) else {
      // The machines are that launch's.
      throw Failure(exitCode: .infrastructure, "another launch of \(site.cluster) is at work on this machine")
    }
    do {
      try await interruptible {
        try await ClusterLaunch(
          site: site, invocation: invocation, build: options.build, onHostLoss: place.onHostLoss,
          arguments: options.arguments, files: files, progress: progress
        ).begin()
      }
    } catch {
      try await place.leave(site, held: hold, after: error, invocation, options, commands)
    }
    hold.release()
    progress.tell("Starting run on frontend")
    progress.tell("this machine may leave now; attach follows again: \(commands.verb("attach", site.cluster))")
    try await follow(site, invocation, at: place, results: results, overwrites: options.overwrites, commands)
  }

  /// Follows the run that is at work, or the log of the last one, then brings its results home.
  static func attach(
    _ invocation: Invocation, at place: ClusterPlace, cluster: ClusterID, results: Results, _ commands: ClusterCommands
  ) async throws {
    let site = try await place.site(of: cluster, commands)
    try await follow(site, invocation, at: place, reaches: true, results: results, commands)
  }

  static func status(
    at place: ClusterPlace, cluster: ClusterID, json: Bool, _ commands: ClusterCommands
  ) async throws {
    let site = try await place.site(of: cluster, commands)
    let found = try await interruptible {
      try await reach(site)
      return try await ClusterFollow(site: site, progress: place.progress).status()
    }
    guard let (status, isAtWork) = found else {
      throw Failure(exitCode: .infrastructure, "nothing was run on \(cluster) yet; launch does")
    }
    let shown = isAtWork ? status : status.ended
    if json { try Results.show(shown) } else { try Console.show("\(cluster): \(shown.words)\n") }
  }

  /// Brings what is finished home and prints it.
  /// - Parameters:
  ///   - path: of a trial, as its results were printed, or of a folder above trials; nil: of all.
  ///   - overwrites: replaces what was measured at another time.
  static func collect(
    _ invocation: Invocation, at place: ClusterPlace, cluster: ClusterID, path: String?, overwrites: Bool,
    results: Results, _ commands: ClusterCommands
  ) async throws {
    let site = try await place.site(of: cluster, commands)
    try await interruptible {
      try await reach(site)
      try await bringHome(site, invocation, path: path, progress: place.progress, overwrites: overwrites)
    }
    let follow = ClusterFollow(site: site, progress: place.progress)
    if path == nil, !hasResults(invocation), (try? await follow.status())?.isAtWork ?? false {
      throw Failure(
        exitCode: .infrastructure,
        "no trial is finished yet; how far the run is: \(commands.status(cluster))")
    }
    try show(invocation, path: path, results: results)
  }
}

extension ClusterPlace {
  /// Machines that run, of the number and type that the experiment needs.
  fileprivate func provision(
    _ invocation: Invocation, _ options: Lifecycle.ClusterOptions, _ commands: ClusterCommands
  ) async throws -> ClusterSite {
    switch self {
    case .ec2(let cloud):
      let spec = invocation.fleet(on: cloud, cluster: options.name)
      return try cloud.site(of: spec.cluster, try await Lifecycle.provision(invocation, on: cloud, spec, commands))
    case .static(let place):
      var spec = FleetSpec(invocation.sweep, of: invocation.experiment)
      spec.cluster.name = options.name
      let machines = try place.provision(spec)
      try ShuffleHosts.require(machines[Role("worker")]?.count ?? 0, for: invocation)
      return try place.site(of: spec.cluster, machines)
    }
  }
}
