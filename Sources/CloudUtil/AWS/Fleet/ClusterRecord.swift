/// What is known of a cluster in the cloud itself: the tags of its security group, which exists before its first machine
/// and after its last. Every launch from any machine asks for machines with what stands here, so that two that ask for the
/// same get the same.
struct ClusterRecord: Equatable, Sendable {
  var id: ClusterID
  /// Of the security group. A cluster that is made anew after it was terminated has another: its generation.
  var groupID: String
  var run: String
  var owner: String
  var expires: UTCTime
  var imageID: String
  var ingress: [IPPermission]
  /// When a launch was last found to have died at work.
  var unsettled: UTCTime?

  /// nil if it is no cluster's record, for instance a lease.
  init?(_ group: SecurityGroup) {
    let tags = group.tags
    guard let id = ClusterID(tags: tags), group.name == id.resourceName, let run = tags[ClusterTag.run],
      let expires = tags[ClusterTag.expires].flatMap(UTCTime.init(iso8601:)), let image = tags[ClusterTag.image]
    else { return nil }
    self.id = id
    groupID = group.id
    self.run = run
    owner = tags[ClusterTag.owner] ?? ""
    self.expires = expires
    imageID = image
    ingress = group.ingress
    unsettled = tags[ClusterTag.unsettled].flatMap(UTCTime.init(iso8601:))
  }

  init(id: ClusterID, groupID: String, run: String, owner: String, expires: UTCTime, imageID: String) {
    self.id = id
    self.groupID = groupID
    self.run = run
    self.owner = owner
    self.expires = expires
    self.imageID = imageID
    ingress = []
  }

  /// The tags that say all this; what is made for the cluster has them, too.
  var tags: [String: String] {
    [
      ClusterTag.experiment: id.experiment, ClusterTag.cluster: id.name, ClusterTag.run: run, ClusterTag.owner: owner,
      ClusterTag.expires: expires.iso8601,
    ]
  }
}
