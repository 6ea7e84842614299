import CloudUtil
import Foundation

extension Failure {
  /// What a failure of a fleet means for the user: what there is now, what it costs, what to type next.
  init(_ failure: FleetFailure, cloud: Cloud, config: String) {
    var lines = ["\(failure)"]
    if let advice = failure.advice { lines.append(advice) }
    lines.append(cloud.existing(failure.alive))
    let name = failure.cluster.name == ClusterID.defaultName ? "" : " --cluster \(failure.cluster.name)"
    switch failure.reason {
    case .busy: lines.append("wait for it, or make another cluster with --cluster NAME")
    default:
      lines.append(
        "to try again: run_exp \(config) launch\(name)   to end all of it: run_exp \(config) terminate\(name)")
    }
    self.init(exitCode: failure.exitCode, lines.joined(separator: "\n"))
  }
}

extension Cloud {
  /// `there are now: 3 machines (i-1 worker running, ...), $1.20 an hour`.
  func existing(_ alive: [EC2Instance]) -> String {
    guard !alive.isEmpty else { return "no machine of the cluster is known to exist" }
    let running = alive.filter { $0.state == .running || $0.state == .pending }
    let known = running.compactMap { prices.price(of: $0.type, in: region) }
    let money = String(format: "$%.2f an hour", known.reduce(0, +))
    let unknown = running.count - known.count
    let roles = Dictionary(grouping: alive) { "\($0.tags["TASK_TYPE"] ?? "?") \($0.state)" }
      .map { "\($0.value.count) \($0.key)" }.sorted().joined(separator: ", ")
    return "there exist now: \(roles); they cost \(unknown == 0 ? money : "\(money), and \(unknown) of unknown price")"
  }
}

extension FleetFailure {
  fileprivate var exitCode: ExitCode {
    switch reason {
    case .capacity, .quota: .capacity
    case .misfit: .config
    case .call(let error):
      switch error.kind {
      case .capacity, .quota: .capacity
      case .parameter, .missing: .config
      default: .infrastructure
      }
    case .died, .late, .busy, .terminated: .infrastructure
    }
  }

  /// What to do about it, where the words of AWS do not say.
  fileprivate var advice: String? {
    switch reason {
    case .capacity: "other zones or types may have room: see zones and substitutions in the cluster file"
    case .quota(_, _, let type, _, _):
      "quotas are raised at AWS, Service Quotas, EC2"
        + (QuotaFamily(instanceType: type).map { ": \($0.name)" } ?? "")
    case .call(let error):
      switch error.kind {
      case .authentication:
        "the credentials are not AWS's, or not right: aws sts get-caller-identity shows whose they are"
      case .expiredCredentials: "get new temporary credentials, then try again"
      case .clockSkew: "set this machine's clock, for instance: timedatectl set-ntp true"
      case .permission: "ask whoever administers the account for it"
      case .missing(.image): "see image in the cluster file; images belong to one region"
      case .missing(.region), .unreachable: "see region in the cluster file, AWS_REGION and AWS_ENDPOINT_URL"
      default: nil
      }
    default: nil
    }
  }
}
