/// Makes instances.
public struct RunInstances: EC2Request, Hashable {
  public static let action = "RunInstances"

  public enum ShutdownBehavior: String, QueryValue { case stop, terminate }

  public var imageID: String?
  public var instanceType: String?
  public var minCount: Int
  public var maxCount: Int
  public var keyName: String?
  public var securityGroupIDs: [String] = []
  public var userData: QueryBytes?
  /// Up to 64 ASCII characters. A second call with the same token and parameters makes nothing; tokens hold in one zone.
  public var clientToken: String?
  public var availabilityZone: String?
  public var blockDeviceMappings: [BlockDeviceMapping] = []
  public var metadataOptions: MetadataOptions?
  public var shutdownBehavior: ShutdownBehavior?
  public var tagSpecifications: [TagSpecification] = []
  /// Asks whether the call would succeed; `AWSError.Kind.dryRunSucceeded` says yes.
  public var dryRun: Bool?

  public init(imageID: String? = nil, instanceType: String? = nil, minCount: Int, maxCount: Int) {
    self.imageID = imageID
    self.instanceType = instanceType
    self.minCount = minCount
    self.maxCount = maxCount
  }

  /// Without a token it would make more instances.
  public var isRepeatable: Bool { clientToken != nil || dryRun == true }

  public var parameters: QueryStructure {
    [
      "ImageId": imageID, "InstanceType": instanceType, "MinCount": minCount, "MaxCount": maxCount, "KeyName": keyName,
      "SecurityGroupId": securityGroupIDs, "UserData": userData, "ClientToken": clientToken,
      "Placement": ["AvailabilityZone": availabilityZone] as QueryStructure,
      "BlockDeviceMapping": blockDeviceMappings, "MetadataOptions": metadataOptions,
      "InstanceInitiatedShutdownBehavior": shutdownBehavior, "TagSpecification": tagSpecifications, "DryRun": dryRun,
    ]
  }

  public static func response(_ reply: ReplyElement) throws -> [Instance] {
    try reply.items("instancesSet").map(Instance.init)
  }
}
