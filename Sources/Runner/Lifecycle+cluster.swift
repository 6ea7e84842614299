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
    let site = try await place.provision(invocation, options, commands)
    guard let files else {
      try show(site.machines)
      progress.tell("all \(site.all.count) machines run; \(place.whatItCosts(site, invocation, commands))")
      return
    }
    do {
      guard let hold = FolderLock(URL(filePath: site.state)) else {
        throw Failure(exitCode: .infrastructure, "another launch of \(site.cluster) is at work on this machine")
      }
      defer { hold.release() }
      try await interruptible {
        try await ClusterLaunch(
          site: site, invocation: invocation, build: options.build, onHostLoss: place.onHostLoss,
          arguments: options.arguments, files: files, progress: progress
        ).begin()
      }
    } catch {
      try await place.leave(site, after: error, invocation, options, commands)
      throw error
    }
    site.noteStart()
    progress.tell("Starting run on frontend")
    progress.tell("this machine may leave now; attach follows again: \(commands.verb("attach", site.cluster))")
    try await follow(
      site, invocation, results: results, progress: progress, overwrites: options.overwrites, commands)
    progress.tell(place.whatItCosts(site, invocation, commands))
  }

  /// Follows the run that is at work, or the log of the last one, then brings its results home.
  static func attach(
    _ invocation: Invocation, at place: ClusterPlace, cluster: ClusterID, results: Results, _ commands: ClusterCommands
  ) async throws {
    let site = try await place.site(of: cluster, commands)
    try await interruptible { try await reach(site) }
    try await follow(site, invocation, results: results, progress: place.progress, commands)
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
  ///   - path: of one trial, as its results were printed; nil: of all.
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
    try show(invocation, path: path, results: results)
  }

  // MARK: -

  private static func reach(_ site: ClusterSite) async throws {
    let (machine, shell, _) = try site.frontend
    try await shell.waitUntilReady(deadline: .now + .seconds(60))
    try await site.requireIdentity(of: machine, shell)
  }

  private static func follow(
    _ site: ClusterSite, _ invocation: Invocation, results: Results, progress: CloudProgress,
    overwrites: Bool = false, _ commands: ClusterCommands
  ) async throws {
    let follow = ClusterFollow(site: site, progress: progress)
    let status: RunStatus
    do {
      status = try await interruptible { try await follow.follow() }
    } catch is CancellationError {
      progress.tell("the run goes on; follow it again with: \(commands.verb("attach", site.cluster))")
      throw CancellationError()
    } catch let error as SSHError {
      throw Failure(
        exitCode: .ssh, "\(error)\nthe run goes on; follow it again with: \(commands.verb("attach", site.cluster))")
    }
    do {
      try await interruptible {
        try await bringHome(site, invocation, path: nil, progress: progress, overwrites: overwrites)
      }
    } catch let failure as Failure where status.state != .finished {
      // Why the run ended says more.
      progress.tell("\(failure)")
    }
    if status.state == .finished || hasResults(invocation) { try show(invocation, path: nil, results: results) }
    guard status.state == .finished else {
      throw Failure(
        exitCode: status.exit_status.flatMap(ExitCode.init) ?? .experiment,
        "the run on \(site.cluster) \(status.words)\nmachines and results are still there; "
          + "to go on: \(commands.launch(site.cluster))")
    }
  }

  private static func bringHome(
    _ site: ClusterSite, _ invocation: Invocation, path: String?, progress: CloudProgress, overwrites: Bool
  ) async throws {
    let root = invocation.results.root
    var below = invocation.results.folder(ofExperiment: invocation.experiment.experimentID)
    if let path { below = path }
    guard below.hasPrefix(root + "/"), !below.split(separator: "/").contains("..") else {
      throw Failure(exitCode: .usage, "--path \(below): results lie below \(root)/, as launch prints them")
    }
    progress.tell("collecting \(below)")
    let isAtWork = try await ClusterFollow(site: site, progress: progress).status()?.isAtWork ?? false
    try await ClusterResults(site: site, progress: progress).collect(
      String(below.dropFirst(root.count + 1)), to: root, overwrites: overwrites, isAtWork: isAtWork)
  }

  private static func hasResults(_ invocation: Invocation) -> Bool {
    invocation.sweep.trials.contains { ResultFolder(url: URL(filePath: invocation.folder(of: $0))).state.isFinished }
  }

  private static func show(_ invocation: Invocation, path: String?, results: Results) throws {
    guard let path else { return try analyze(invocation, as: results) }
    try results.show(path: path, try Analysis.analyze(folder: URL(filePath: path)))
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
      let machines = try place.machines(for: spec)
      try ShuffleHosts.require(machines[Role("worker")]?.count ?? 0, for: invocation)
      return try place.site(of: spec.cluster, machines)
    }
  }

  /// What becomes of the machines when they could not be made ready.
  fileprivate func leave(
    _ site: ClusterSite, after error: any Error, _ invocation: Invocation, _ options: Lifecycle.ClusterOptions,
    _ commands: ClusterCommands
  ) async throws {
    guard case .ec2(let cloud) = self else { return }
    // Results that nobody has yet are worth more.
    let hasRun = (try? await ClusterFollow(site: site, progress: progress).status()) ?? nil != nil
    if options.terminatesOnFailure, hasRun || site.hasStarted {
      progress.tell("not given back, since a run was started on them before: collect its results, then terminate")
    }
    guard options.terminatesOnFailure, !(error is CancellationError), !hasRun, !site.hasStarted else {
      progress.tell("the machines of \(site.cluster) run on; \(whatItCosts(site, invocation, commands))")
      return
    }
    progress.tell("\(error)\ngiving the machines back (--terminate-on-failure)")
    try await Lifecycle.terminate([site.cluster], on: cloud, commands)
  }

  fileprivate func whatItCosts(_ site: ClusterSite, _ invocation: Invocation, _ commands: ClusterCommands) -> String {
    guard case .ec2(let cloud) = self else { return "the machines stay; terminate takes away what was put there" }
    let plan = CloudPlan(invocation, settings: cloud.settings, region: cloud.region, prices: cloud.prices)
    return "they cost \(plan.perHourText ?? "money (how much is not known)") until: \(commands.terminate(site.cluster))"
  }
}
