import CloudUtil
import Foundation

/// The operator's machine, from which a cluster is launched: its keys, its address, its memory of clusters.
struct OperatorSite: LaunchSite {
  var settings: EC2Settings
  var aws: AWSSettings
  var transport: any HTTPTransport
  /// For all clusters.
  var state: String

  private static let patience: Duration = .seconds(10)

  /// `$XDG_STATE_HOME/run_exp`, as other programs keep what is neither settings nor cache.
  static func stateFolder(environment: [String: String]) -> String {
    if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") { return "\(folder)/run_exp" }
    return "\(environment["HOME"] ?? "/root")/.local/state/run_exp"
  }

  func folder(of cluster: ClusterID) -> String {
    "\(state)/clusters/\(aws.region)/\(cluster.experiment)/\(cluster.name)"
  }

  /// The private key that the cluster's machines let in.
  func privateKey(of cluster: ClusterID) -> String { settings.key ?? "\(folder(of: cluster))/id_ed25519" }

  func publicKey(of cluster: ClusterID) async throws -> PublicKey {
    let path = privateKey(of: cluster)
    if !FileManager.default.fileExists(atPath: path) {
      if settings.key != nil {
        throw Failure(exitCode: .config, "\(path): no such private key; see PARM_SSH_KEY, or key in the cluster file")
      }
      try await KeyPair.make(at: path, comment: "run_exp \(cluster)")
    }
    let line = try await KeyPair.publicLine(of: path)
    let words = line.split(separator: " ")
    guard words.count >= 2, let blob = Data(base64Encoded: String(words[1])) else {
      throw Failure(exitCode: .config, "\(path): ssh-keygen finds no public key in it")
    }
    guard words[0] == "ssh-ed25519" else {
      let reason =
        words[0].hasPrefix("ecdsa-") ? "which EC2 does not take" : "which libssh2 cannot use with today's servers"
      throw Failure(
        exitCode: .config,
        "\(path): a key of type \(words[0]), \(reason); name an ed25519 key with PARM_SSH_KEY, or with key in the "
          + "cluster file (ssh-keygen -t ed25519 makes one)"
      )
    }
    let digest = Data(try SHA256.digest([UInt8](blob))).base64EncodedString().replacing("=", with: "")
    return PublicKey(line: line, fingerprint: "SHA256:\(digest)")
  }

  func sshSources() async throws -> [String] {
    switch settings.sshFrom {
    case .networks(let networks): return networks.map(\.description)
    case .caller: return ["\(try await callerAddress())/32"]
    }
  }

  /// The address as the cloud sees it: for AWS's as a service of AWS's says, whatever lies between; at an endpoint of somebody
  /// else's, which is near, that of the connection to it.
  private func callerAddress() async throws -> String {
    let url = aws.isEndpointOfAWS ? "https://checkip.amazonaws.com/" : aws.ec2Endpoint
    let found: String?
    do {
      let response = try await transport.send(.get(url), deadline: .now + Self.patience)
      found =
        aws.isEndpointOfAWS ? response.text.trimmingCharacters(in: .whitespacesAndNewlines) : response.localAddress
    } catch let error as HTTPError {
      throw Failure(
        exitCode: .infrastructure, "cannot find out from which address ssh will come: \(error); say it with ssh_from")
    }
    guard let found, IPv4Network.address(found) != nil else {
      throw Failure(
        exitCode: .infrastructure,
        "cannot find out from which IPv4 address ssh will come (\(url) says \(found ?? "nothing")); say it with ssh_from"
      )
    }
    return found
  }

  /// Keeps `forget` from taking away what a launch needs, until the launch ends.
  /// - Returns: nil if another launch does so.
  func hold(_ cluster: ClusterID) throws -> FolderLock? {
    let folder = folder(of: cluster)
    try StateFolder.make(folder)
    return FolderLock(URL(fileURLWithPath: folder))
  }

  /// Forgets what was kept of a cluster that is gone; a key that the user has named stays. Where a launch is at work on it
  /// again, what that one needs stays, too.
  /// - Throws: `Failure` for a cluster whose name is none, whose folder could be anybody's.
  func forget(_ cluster: ClusterID) throws {
    guard ClusterID.isName(cluster.experiment), ClusterID.isName(cluster.name) else {
      throw Failure(exitCode: .infrastructure, "\(JSONNode.quoted(cluster.description)) is no name of a cluster")
    }
    let folder = folder(of: cluster)
    guard let lock = FolderLock(URL(fileURLWithPath: folder)) else { return }
    defer { lock.release() }
    try FileManager.default.removeItem(atPath: folder)
  }

  /// Where this machine has asked for machines of `cluster`, beside the region it asks now. A launch that failed before
  /// that, for instance in a region that does not exist, left nothing to end.
  func otherRegions(of cluster: ClusterID) -> [String] {
    let clusters = "\(state)/clusters"
    let regions = (try? FileManager.default.contentsOfDirectory(atPath: clusters)) ?? []
    return regions.filter {
      $0 != aws.region
        && EC2Provider.hasAskedForMachines(from: "\(clusters)/\($0)/\(cluster.experiment)/\(cluster.name)")
    }.sorted()
  }
}
