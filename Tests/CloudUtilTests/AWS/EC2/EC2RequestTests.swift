import Foundation
import Testing

@testable import CloudUtil

@Suite struct EC2RequestTests {
  /// `RUN_EXP_SEED` runs another.
  private static let seed = ProcessInfo.processInfo.environment["RUN_EXP_SEED"] ?? "20261121"
  private static let count = 4_000

  @Test(
    "4,000 random calls of every action send what botocore sends",
    .enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
  func asBotocore() throws {
    let output = try ReferencePython.run(
      script: "random_arguments.py", [EC2RequestTests.seed, String(EC2RequestTests.count)])
    var actions: Set<String> = []
    var count = 0
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let call = BotoArguments(values: try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any]))
      let action = try call.required("action")
      let form = try #require(try call.structure("arguments")).form(of: action)
      let context: Comment = "call \(count) of seed \(EC2RequestTests.seed): \(String(decoding: line, as: UTF8.self))"
      let pairs = try #require(call.values["pairs"] as? [[String]])
      try #require(
        Set(form) == Set(pairs.map { QueryParameter($0[0], $0[1]) }) && form.count == pairs.count, context)
      let body = String(decoding: FormBody.encode(form), as: UTF8.self)
      try #require(Set(body.split(separator: "&").map(String.init)) == Set(try call.strings("encoded")), context)
      actions.insert(action)
      count += 1
    }
    #expect(count == EC2RequestTests.count)
    #expect(actions.count == 16)
  }

  @Test("A launch is the same bytes however its tags were put together")
  func reproducible() {
    func launch(_ tags: [String: String]) -> [UInt8] {
      var request = RunInstances(imageID: "ami-1", instanceType: "t3.micro", minCount: 2, maxCount: 2)
      request.clientToken = "token"
      request.blockDeviceMappings = [.encrypted("/dev/sda1", size_gib: 60)]
      request.metadataOptions = MetadataOptions(tokens: .required, hopLimit: 2, tags: .enabled)
      request.shutdownBehavior = .terminate
      request.tagSpecifications = [TagSpecification("instance", Array(tags)), TagSpecification("volume", Array(tags))]
      return FormBody.encode(request.form)
    }
    let keys = (0..<20).map { "key \($0)" }
    let one = launch(Dictionary(uniqueKeysWithValues: keys.map { ($0, "v") }))
    let other = launch(Dictionary(uniqueKeysWithValues: keys.reversed().map { ($0, "v") }))
    #expect(one == other)
    let text = String(decoding: one, as: UTF8.self)
    let expected = """
      Action=RunInstances&Version=2016-11-15&ImageId=ami-1&InstanceType=t3.micro&MinCount=2&MaxCount=2&\
      ClientToken=token&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fsda1&\
      BlockDeviceMapping.1.Ebs.DeleteOnTermination=true&BlockDeviceMapping.1.Ebs.Encrypted=true&\
      BlockDeviceMapping.1.Ebs.VolumeSize=60&BlockDeviceMapping.1.Ebs.VolumeType=gp3&\
      MetadataOptions.HttpTokens=required&MetadataOptions.HttpPutResponseHopLimit=2&\
      MetadataOptions.InstanceMetadataTags=enabled&InstanceInitiatedShutdownBehavior=terminate&\
      TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=key+0&TagSpecification.1.Tag.1.Value=v&
      """
    #expect(text.hasPrefix(expected))
  }

  @Test("Only a launch without a token does harm when it is sent twice")
  func repeatable() {
    var launch = RunInstances(minCount: 1, maxCount: 1)
    #expect(!launch.isRepeatable)
    launch.clientToken = "token"
    #expect(launch.isRepeatable)
    #expect(CreateSecurityGroup(groupName: "", groupDescription: "").isRepeatable)
  }
}
