import CloudUtil
import Foundation
import Serving

extension Deployment {
  /// Whose services they are.
  enum Tenant: Equatable, Sendable {
    /// Of the system that is measured.
    case measured
    /// In its way: its names begin with `bg_`.
    case second

    var prefix: String { self == .measured ? "" : "bg_" }
  }

  /// The name of its run in Redis, where the tenants do not hear each other.
  var channel: String { tenant == .measured ? tag.run : "\(tag.run)-bg" }

  /// The second tenant beside this trial: same programs, model and tag, its files in a folder of the trial's.
  /// - Throws: `Failure` (infrastructure) if there is no machine for its frontend or client.
  func secondTenant(_ fleet: Fleet, installation: Installation, locator: FileLocator) throws -> Deployment {
    var other = self
    other.tenant = .second
    other.trial = trial.secondTenant(lasting: loadLimit)
    other.assets = try TrialAssets(other.trial, installation: installation, locator: locator)
    other.placement = try placement.secondTenant(
      fleet, instances: other.trial.instances.count, amongFirst: trial.instances.count)
    other.folder = folder.appending(path: Deployment.secondTenantFolder)
    other.faults = FaultPlan(other.trial, load_s: 0)
    (other.port, other.linkPort, other.workersDelay) = (0, 0, false)
    other.link_mbit = nil
    return other
  }

  static let secondTenantFolder = "background"

  /// No trial's load lasts longer, the last replies included.
  private var loadLimit: Duration {
    assets.duration * 1.5 + .seconds(30) + .milliseconds(trial.slo_ms) + .seconds(20) + resending * 2
  }

  /// Where somebody is cut off whom the trial waits for: what waited at the cut is sent again by TCP so long after the heal
  /// at the latest.
  var resending: Duration { faults.cutsAwaited ? .seconds(120) : .zero }
}

extension Trial {
  /// What the second tenant serves and sends: `num_models`/9 + 1/2 instances, rounded to the nearest, halves to the even,
  /// without redundancy. A load of its own, the same for all modes.
  /// - Parameter duration: it sends for so long, unless it is stopped.
  func secondTenant(lasting duration: Duration) -> Trial {
    var tenant = self
    tenant.mode = .none
    tenant.redundantModels = []
    tenant.queueMode = .singleQueue
    tenant.numModels = Trial.secondTenantInstances(numModels: numModels)
    tenant.batchSize = 1
    tenant.background = .shuffles(0)
    tenant.backgroundRate = nil
    tenant.rate = backgroundRate ?? rate
    tenant.numClients = 1
    tenant.measuredQueries = max(1, Int((duration / .seconds(1) * tenant.rate).rounded(.up)))
    tenant.warmupQueries = 0
    tenant.arrivals = .poisson
    tenant.slowdowns = []
    tenant.faults = nil
    tenant.batchTimeout_ms = nil
    tenant.seed = LoadSeed.mixed(seed ^ LoadSeed.fnv1a("second tenant"))
    return tenant
  }

  static func secondTenantInstances(numModels: Int) -> Int {
    max(1, Int((Double(numModels) / 9 + 0.5).rounded(.toNearestOrEven)))
  }
}

extension Placement {
  /// The second tenant's own hosts for its frontend and client; its instances stand beside those of the trial, spread
  /// evenly: instance j of m on the host of the trial's instance j * n / m.
  /// - Parameter n: instances of the trial.
  /// - Throws: `Failure` (infrastructure) if a role has no host.
  func secondTenant(_ fleet: Fleet, instances m: Int, amongFirst n: Int) throws -> Placement {
    var roles = [Role("worker"): (0..<m).map { worker($0 * n / m) }]
    for role in ["frontend", "client"] {
      let hosts = fleet[Role("bg_\(role)")]
      guard !hosts.isEmpty else {
        throw Failure(exitCode: .infrastructure, "there is no machine for the bg_\(role), the second tenant's \(role)")
      }
      roles[Role(role)] = hosts
    }
    return try Placement(Fleet(hosts: roles))
  }
}
