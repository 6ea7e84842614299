import CloudUtil
import Foundation

/// Where the machines of clusters come from, as the cluster file says.
enum ClusterPlace: Sendable {
  case ec2(Cloud)
  case `static`(StaticPlace)

  /// Reads the cluster file; nobody is asked yet.
  /// - Parameter mayLackFile: for verbs about clusters that may be there already: without a file, EC2 and its defaults.
  /// - Throws: `InvalidClusterFile`, `AWSSettingsError`, `Failure`.
  init(
    _ options: ClusterOptions, installation: Installation, mayLackFile: Bool = true,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let (file, path) = try ClusterFile.load(
      option: options.clusterFile, installation: installation, mayBeAbsent: mayLackFile, environment: environment)
    switch file {
    case .ec2(let settings):
      self = .ec2(try Cloud(settings, installation: installation, environment: environment))
    case .static(let settings):
      self = .static(StaticPlace(settings: settings, path: path, environment: environment))
    }
  }

  var progress: CloudProgress { CloudProgress() }

  var onHostLoss: Inventory.HostLoss {
    switch self {
    case .ec2(let cloud): cloud.settings.onHostLoss
    case .static(let place): place.settings.onHostLoss
    }
  }

  /// The machines of a cluster that is there.
  /// - Throws: `Failure`, `CredentialError` …: as `Cloud.perform`.
  func site(of cluster: ClusterID, _ commands: ClusterCommands) async throws -> ClusterSite {
    switch self {
    case .ec2(let cloud):
      let machines = try await cloud.perform(commands, cluster) { try await cloud.provider.machines(of: cluster) }
      guard machines[Role("frontend")] != nil else {
        let others = machines.values.reduce(0) { $0 + $1.count }
        throw Failure(
          exitCode: .infrastructure,
          "\(cluster) has no frontend that runs in \(cloud.region)"
            + (others == 0
              ? "; run_exp list shows what there is"
              : ", and so no run; \(others) other machines of it run and cost\nto go on with what is not finished: "
                + "\(commands.launch(cluster))\nto end all of it: \(commands.terminate(cluster))"))
      }
      return try cloud.site(of: cluster, machines)
    case .static(let place): return try place.site(of: cluster, place.machines())
    }
  }
}

extension Cloud {
  /// - Throws: `Failure` (config) if the key that lets in is not on this machine.
  func site(of cluster: ClusterID, _ machines: [Role: [Machine]]) throws -> ClusterSite {
    let key = site.privateKey(of: cluster)
    guard FileManager.default.fileExists(atPath: key) else {
      throw Failure(
        exitCode: .config,
        "\(key): the key of \(cluster) is not on this machine; it is where the cluster was launched. Bring it here and name it "
          + "in PARM_SSH_KEY")
    }
    let state = site.folder(of: cluster)
    try StateFolder.make(state)
    let destinations = machines.values.joined().map { machine in
      (
        machine.name,
        SSHDestination(
          address: machine.publicAddress ?? machine.address, port: 22, user: settings.user, key: key)
      )
    }
    return ClusterSite(
      cluster: cluster, machines: machines, destinations: Dictionary(destinations) { first, _ in first },
      state: state, knowsNames: true)
  }
}
