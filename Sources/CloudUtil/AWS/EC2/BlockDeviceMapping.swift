/// A volume of a new instance.
public struct BlockDeviceMapping: Hashable, QueryStructured {
  /// As `/dev/sda1`; that of the root is `Image.rootDevice`.
  public var deviceName: String
  public var volumeSize_gib: Int?
  /// As `gp3`.
  public var volumeType: String?
  public var isEncrypted: Bool?
  public var isDeletedOnTermination: Bool?

  public init(
    deviceName: String, volumeSize_gib: Int? = nil, volumeType: String? = nil, isEncrypted: Bool? = nil,
    isDeletedOnTermination: Bool? = nil
  ) {
    self.deviceName = deviceName
    self.volumeSize_gib = volumeSize_gib
    self.volumeType = volumeType
    self.isEncrypted = isEncrypted
    self.isDeletedOnTermination = isDeletedOnTermination
  }

  /// An encrypted gp3 volume that ends with its instance.
  public static func encrypted(_ deviceName: String, size_gib: Int) -> BlockDeviceMapping {
    BlockDeviceMapping(
      deviceName: deviceName, volumeSize_gib: size_gib, volumeType: "gp3", isEncrypted: true,
      isDeletedOnTermination: true)
  }

  /// A volume of the size and type that the image says, but encrypted and ending with its instance.
  public static func encrypted(_ deviceName: String) -> BlockDeviceMapping {
    BlockDeviceMapping(deviceName: deviceName, isEncrypted: true, isDeletedOnTermination: true)
  }

  public var parameters: QueryStructure {
    [
      "DeviceName": deviceName,
      "Ebs": [
        "DeleteOnTermination": isDeletedOnTermination, "Encrypted": isEncrypted, "VolumeSize": volumeSize_gib,
        "VolumeType": volumeType,
      ] as QueryStructure,
    ]
  }
}
