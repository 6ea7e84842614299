/// A machine image.
public struct Image: Hashable, Sendable {
  /// A volume that every machine of the image is made with, unless it is asked for otherwise.
  public struct Volume: Hashable, Sendable {
    /// As `/dev/sda1`.
    public var device: String
    /// Of the snapshot that it is made from; a volume may not be smaller.
    public var size_gib: Int?
  }

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
  /// Those that outlast a machine by themselves (EBS), the root among them.
  public var volumes: [Volume]

  /// - Throws: `ReplyProblem`.
  init(_ item: ReplyElement) throws {
    id = try item.required("imageId")
    name = item.text("name")
    ownerID = item.text("imageOwnerId")
    creationDate = item.text("creationDate").flatMap(UTCTime.init(iso8601:))
    architecture = item.text("architecture")
    state = try item.required("imageState")
    rootDevice = item.text("rootDeviceName")
    volumes = try item.items("blockDeviceMapping").compactMap { mapping in
      guard let ebs = mapping["ebs"] else { return nil }
      return Volume(device: try mapping.required("deviceName"), size_gib: try ebs.integer("volumeSize"))
    }
  }
}
