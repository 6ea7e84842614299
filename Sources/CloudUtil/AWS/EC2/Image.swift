/// A machine image.
public struct Image: Hashable, Sendable {
  public var id: String
  public var name: String?
  public var ownerID: String?
  public var creationDate: UTCTime?
  /// As `x86_64`, `arm64`.
  public var architecture: String?
  /// `available`, or why not.
  public var state: String
  /// As `/dev/sda1`.
  public var rootDevice: String?
  /// Of the snapshot that the root volume is made from; a volume may not be smaller.
  public var rootVolumeSize_gib: Int?

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    id = try item.required("imageId")
    name = item.text("name")
    ownerID = item.text("imageOwnerId")
    creationDate = item.text("creationDate").flatMap(UTCTime.init(iso8601:))
    architecture = item.text("architecture")
    state = try item.required("imageState")
    let root = item.text("rootDeviceName")
    rootDevice = root
    let rootMapping = item.items("blockDeviceMapping").first { $0.text("deviceName") == root }
    rootVolumeSize_gib = try rootMapping?["ebs"]?.integer("volumeSize")
  }
}
