/// Finds the machine image that a choice means.
struct ImageSearch {
  let client: EC2Client
  let cluster: ClusterID

  /// - Throws: `FleetFailure` if there is none; `AWSError`.
  func find(_ choice: EC2FleetSettings.ImageChoice) async throws -> Image {
    switch choice {
    case .id(let id):
      guard let image = try await client.sendAll(DescribeImages(imageIDs: [id])).first else {
        throw none("image \(id) is not in this region")
      }
      return image
    case .newest(let owner, let name):
      let images = try await client.sendAll(
        DescribeImages(owners: [owner], filters: [Filter("name", [name]), Filter("state", ["available"])]))
      let newest = images.max {
        ($0.creationDate ?? UTCTime(seconds: 0), $0.id) < ($1.creationDate ?? UTCTime(seconds: 0), $1.id)
      }
      guard let newest else { throw none("no image of owner \(owner) has a name like \(name) in this region") }
      return newest
    }
  }

  /// nil if AWS does not have it, or no more.
  func image(_ id: String) async throws -> Image? {
    do {
      return try await client.sendAll(DescribeImages(imageIDs: [id])).first
    } catch let error as AWSError where error.kind == .missing(.image) {
      return nil
    }
  }

  private func none(_ words: String) -> FleetFailure {
    FleetFailure(.misfit("\(words); see image in the cluster file"), cluster: cluster)
  }
}
