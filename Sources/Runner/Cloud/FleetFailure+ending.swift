import CloudUtil
import Foundation

extension Failure {
  /// What a failure of a fleet means for the user: what there is now, what it costs, what to type next.
  /// - Parameter cluster: nil if it is about all clusters.
  init(_ failure: FleetFailure, _ cluster: ClusterID?, cloud: Cloud, commands: ClusterCommands) {
    var lines = ["\(failure)"]
    if let advice = failure.advice(cloud.prices) { lines.append(advice) }
    if let cluster { lines.append(cloud.existing(failure, of: cluster)) }
    switch failure.reason {
    case .busy:
      let other = ClusterID(experiment: failure.cluster.experiment, name: "NAME")
      lines.append("wait for it, or make another cluster: \(commands.launch(other))")
    default: lines += commands.nextSteps(cluster, mayExist: failure.mayExist)
    }
    self.init(exitCode: failure.exitCode, lines.joined(separator: "\n"))
  }

  /// AWS could not be asked at all, or this machine failed; a `Failure` keeps its exit code.
  init(_ error: any Error, _ cluster: ClusterID?, cloud: Cloud, commands: ClusterCommands) {
    var lines = ["\(error)"]
    if let cluster { lines.append(cloud.unknown(cluster)) }
    lines += commands.nextSteps(cluster, mayExist: true)
    self.init(exitCode: (error as? Failure)?.exitCode ?? .infrastructure, lines.joined(separator: "\n"))
  }
}

extension ClusterCommands {
  fileprivate func nextSteps(_ cluster: ClusterID?, mayExist: Bool) -> [String] {
    let again = again(cluster)
    var steps = ["to try again:        \(again)"]
    if let cluster, mayExist, terminate(cluster) != again { steps.append("to end all of it:    \(terminate(cluster))") }
    return steps
  }
}

extension Cloud {
  /// `failure` with what exists, asked for after it, where that can be. What a launch saw last is old then, and calls
  /// whose replies were lost may have made more.
  func completed(_ failure: FleetFailure) async -> FleetFailure {
    guard failure.isAWSThere else { return failure }
    return (try? await within(.seconds(10)) { try await provider.updated(failure) }) ?? failure
  }

  /// `of ParM/main there exist now: 1 frontend running, 3 worker running; they cost $1.20 an hour`.
  func existing(_ failure: FleetFailure, of cluster: ClusterID) -> String {
    guard let alive = failure.alive, failure.isCurrent || !alive.isEmpty else { return unknown(cluster) }
    let unanswered = failure.unanswered.map { "; \($0.count) \($0.role) \($0.instanceType)" }.sorted().joined()
    let more =
      unanswered.isEmpty ? "" : "\nmay exist, too, and cost, for AWS has not answered: \(unanswered.dropFirst(2))"
    guard !alive.isEmpty else {
      let rest = "; its security group and key, if they were made, cost nothing and go with terminate"
      return "no machine of \(cluster) is alive in \(region), as far as AWS shows\(failure.mayExist ? rest : "")\(more)"
    }
    let running = alive.filter { $0.state == .running || $0.state == .pending }
    let known = running.compactMap { prices.price(of: $0.type, in: region) }
    let money = String(format: "$%.2f an hour", known.reduce(0, +))
    let unknown = running.count - known.count
    let roles = Dictionary(grouping: alive) { "\(JSONNode.printable($0.role?.name ?? "?")) \($0.state)" }
      .map { "\($0.value.count) \($0.key)" }.sorted().joined(separator: ", ")
    let cost = unknown == 0 ? money : "\(money), and \(unknown) of unknown price"
    guard failure.isCurrent else {
      return
        "of \(cluster) there existed when AWS was last asked: \(roles); they cost \(cost); \(self.unknown(cluster))"
    }
    return "of \(cluster) there exist now: \(roles); they cost \(cost)\(more)"
  }

  func unknown(_ cluster: ClusterID) -> String {
    "what exists of \(cluster) in \(region) is not known; machines that do go on and cost"
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
    case .died, .late, .unwritten, .busy, .terminated, .ended, .leaseLost: .infrastructure
    }
  }

  /// Whether another question may be answered.
  var isAWSThere: Bool {
    guard case .call(let error) = reason else { return true }
    return switch error.kind {
    case .authentication, .expiredCredentials, .clockSkew, .missing(.region), .unreachable: false
    case .account: !error.action.hasPrefix("Describe")
    case .permission: error.action != DescribeInstances.action
    default: true
    }
  }

  /// What to do about it, where the words of AWS do not say.
  fileprivate func advice(_ prices: PriceTable) -> String? {
    switch reason {
    case .capacity: "other zones or types may have room: see zones and substitutions in the cluster file"
    case .quota(let error, _, let type, let count, let words):
      Self.quotaAdvice(type, count, words: [error?.code, words].compactMap(\.self).joined(separator: " "), prices)
    case .call(let error):
      switch error.kind {
      case .authentication:
        "the credentials are not AWS's, or not right: aws sts get-caller-identity shows whose they are"
      case .expiredCredentials where error.code == "RequestExpired":
        "set this machine's clock (timedatectl set-ntp true), or get new temporary credentials"
      case .expiredCredentials: "get new temporary credentials, then try again"
      case .clockSkew: "set this machine's clock, for instance: timedatectl set-ntp true"
      case .quota where error.action == "CreateSecurityGroup":
        "a cluster has a security group, and another while it is launched: run_exp list shows the clusters there are; quotas "
          + "are raised at AWS: Service Quotas, Amazon Virtual Private Cloud"
      case .quota: "quotas are raised at AWS: Service Quotas, Amazon EC2"
      case .permission: "ask whoever administers the account for it"
      case .missing(.image): "see image in the cluster file; images belong to one region"
      case .unreachable(.tls): "see ca_bundle of the AWS profile, AWS_CA_BUNDLE and AWS_ENDPOINT_URL"
      case .missing(.region), .unreachable: "see region in the cluster file, AWS_REGION and AWS_ENDPOINT_URL"
      default: nil
      }
    default: nil
    }
  }

  private static func quotaAdvice(_ type: String, _ count: Int, words: String, _ prices: PriceTable) -> String {
    let place = "quotas are raised at AWS: Service Quotas, Amazon EC2"
    // There are quotas of volumes and addresses, too.
    guard words.contains("VcpuLimit") || words.contains("InstanceLimit"), let family = QuotaFamily(instanceType: type)
    else { return place }
    let vcpus = prices.vcpus(of: type).map { "\(count * $0) vCPUs" } ?? "vCPUs (how many is not known here)"
    return "\(count) more \(type) need \(vcpus) of the quota \"\(family.name)\"; \(place)"
  }
}
