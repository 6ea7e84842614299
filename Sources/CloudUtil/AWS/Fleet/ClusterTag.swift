/// The tags by which everything of a cluster is found again, whoever remembers it. ParM's own are kept.
enum ClusterTag {
  static let experiment = "EXP_ID"
  static let role = "TASK_TYPE"
  static let name = "Name"
  static let cluster = "run_exp:cluster"
  /// The launch that made the cluster.
  static let run = "run_exp:run"
  /// Who launched it, for people (`ada@laptop`).
  static let owner = "run_exp:owner"
  /// When its machines end themselves, as `UTCTime.iso8601`; the machines read it, too.
  static let expires = "run_exp:expires"
  /// An instance's: the client token it was made with.
  static let token = "run_exp:token"
  /// The cluster's: the machine image of all its machines.
  static let image = "run_exp:image"
  /// A key pair's: the fingerprint of the public key, as OpenSSH prints it.
  static let key = "run_exp:key"
  /// A lease's: the process that holds it, as `RunOwner` (after `Lease.givenUp`, if it gave up), and when it last said so.
  static let holder = "run_exp:holder"
  static let renewed = "run_exp:renewed"

  /// The cluster's: when a launch found that one before it had died.
  static let unsettled = "run_exp:unsettled"

  static func filters(_ cluster: ClusterID) -> [Filter] {
    [Filter(tag: experiment, cluster.experiment), Filter(tag: ClusterTag.cluster, cluster.name)]
  }

  /// The filter that fits everything of ours.
  static let any = [Filter("tag-key", [cluster])]
}

extension EC2Instance {
  /// What it does in its cluster; nil where no tag says it.
  public var role: Role? { tags[ClusterTag.role].map(Role.init) }
}

extension ClusterID {
  /// Of the security group that is the cluster's record, and of its key pair.
  var resourceName: String { "run_exp/\(experiment)/\(name)" }

  /// From the tags of whatever belongs to it; nil if they are not ours. Whoever may tag things in the account can write
  /// anything there; what no cluster is called is no cluster.
  init?(tags: [String: String]) {
    guard let experiment = tags[ClusterTag.experiment], let name = tags[ClusterTag.cluster],
      ClusterID.isName(experiment), ClusterID.isName(name)
    else { return nil }
    self.init(experiment: experiment, name: name)
  }
}
