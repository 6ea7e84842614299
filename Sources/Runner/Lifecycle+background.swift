import CloudUtil
import Foundation
import Serving

// What else goes on while a trial's load runs: network shuffles, a second tenant.
extension Lifecycle {
  /// Finds out whether the sweep's background load can be had where it runs, before anything is started.
  /// - Returns: the address of this machine on the bridge of the workers; nil where no trial needs links.
  /// - Throws: `Failure`: config for shuffles with one host; infrastructure where links cannot be had.
  func prepareBackground() async throws -> String? {
    if invocation.results.environment != .local { try ShuffleHosts.require(workerHosts.count, for: invocation) }
    guard let trial = invocation.sweep.trials.first(where: { link_mbit(of: $0) != nil }) else { return nil }
    let asked =
      options.link_mbit.map { "--link-mbit \(Number.text($0))" } ?? "background_traffic \(trial.background.text)"
    let way =
      "Network shuffles run on this machine between containers, over links whose rate tc limits, as root; "
      + "leave them out with --set background_traffic='[0]'."
    guard case .images = machinery.packaging else {
      throw Failure(
        exitCode: .infrastructure,
        "\(asked) needs containers. \(machinery.remark ?? "They are had with --engine docker.")\n\(way)")
    }
    do {
      return try await DockerEngine(shell: machinery.shell).groundOfLinks()
    } catch let error as ContainerError {
      throw Failure(exitCode: .infrastructure, "\(asked): \(error)\n\(way)")
    }
  }

  /// Of each worker in a trial; nil: it has its host's.
  func link_mbit(of trial: Trial) -> Double? {
    guard invocation.results.environment == .local else { return nil }
    return options.link_mbit ?? (trial.shuffles > 0 ? WorkerLink.usual_mbit : nil)
  }

  /// - Parameter gateway: as `prepareBackground` found it.
  func link(of trial: Trial, _ gateway: String?) -> WorkerLink? {
    guard let gateway, let mbit = link_mbit(of: trial) else { return nil }
    return WorkerLink(mbit: mbit, gateway: gateway)
  }

  /// Hosts that the shuffles of a trial go between, idle ones included; nil where it has none.
  func shuffleHosts(of trial: Trial) -> Int? {
    guard trial.shuffles > 0 else { return nil }
    return link_mbit(of: trial) == nil ? workerHosts.count : invocation.mostInstances
  }

  /// Every machine that was got for workers, idle ones included, each once.
  private var workerHosts: [CloudUtil.Host] {
    Dictionary(machinery.fleet[Role("worker")].map { ($0.name, $0) }) { first, _ in first }
      .sorted { $0.key < $1.key }.map(\.value)
  }

  /// The background load of a trial; nil where it has none.
  func backgroundLoad(of deployment: Deployment) throws -> (any BackgroundLoad)? {
    let trial = deployment.trial
    switch trial.background {
    case .shuffles(0): return nil
    case .shuffles(let streams):
      let label = label(trial)
      return NetworkShuffle(
        streams: streams, seed: LoadSeed.mixed(trial.seed ^ LoadSeed.fnv1a("shuffles")),
        stations: deployment.shuffleStations(on: workerHosts, links: invocation.mostInstances),
        engine: machinery.engine,
        secret: deployment.linkSecret, folder: deployment.folder,
        tell: { Console.tell("\(label): \($0)\n") })
    case .clipper:
      return SecondTenant(
        try deployment.secondTenant(
          machinery.fleet, installation: invocation.installation, locator: invocation.file.locator),
        engine: machinery.engine)
    }
  }
}

/// Shuffles go from one host to another.
enum ShuffleHosts {
  /// - Parameter count: of worker hosts; on this machine a trial's workers are hosts, and there are two at least.
  /// - Throws: `Failure` (config) if the experiment has shuffles, which would have nowhere to go.
  static func require(_ count: Int, for invocation: Invocation) throws {
    let traffic = invocation.experiment.backgroundTraffic
    guard count < 2, let index = traffic.firstIndex(where: { $0 != .shuffles(0) && $0 != .clipper }) else { return }
    throw Failure(
      exitCode: .config,
      "background_traffic[\(index)]: found \(traffic[index].text) with \(count == 1 ? "one worker host" : "no worker host"); "
        + "shuffles go from one to another: add a worker host, or use --set background_traffic='[0]'")
  }
}

extension Trial {
  /// Concurrent network shuffles.
  var shuffles: Int {
    if case .shuffles(let count) = background { count } else { 0 }
  }
}
