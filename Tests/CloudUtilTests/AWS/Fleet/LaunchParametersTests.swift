import Foundation
import Testing

@testable import CloudUtil

@Suite struct LaunchParametersTests {
  private static let call = LaunchCall(
    role: "worker", zone: "us-east-1a", instanceType: "c5.xlarge", count: 3, attempt: 0)

  private func parameters(_ change: (inout LaunchParameters) throws -> Void = { _ in }) throws -> LaunchParameters {
    var parameters = LaunchParameters(
      record: .test(), keyName: "run_exp/exp/main", image: try .test(), volume_gb: 50, extraTags: ["who": "söhne"])
    try change(&parameters)
    return parameters
  }

  @Test("The same record and call are the same bytes, and the same token, however the tags were put together")
  func same() throws {
    let first = try parameters().request(LaunchParametersTests.call)
    for _ in 0..<20 {
      // Dictionaries made anew have another order.
      let again = try parameters { parameters in
        parameters.extraTags = Dictionary(uniqueKeysWithValues: (0..<30).map { ("k\($0)", "v") }.shuffled())
      }
      let one = try again.request(LaunchParametersTests.call)
      let other = try parameters { $0.extraTags = Dictionary(uniqueKeysWithValues: again.extraTags.shuffled()) }
        .request(LaunchParametersTests.call)
      #expect(FormBody.encode(one.form) == FormBody.encode(other.form) && one.clientToken == other.clientToken)
    }
    let second = try parameters().request(LaunchParametersTests.call)
    #expect(FormBody.encode(first.form) == FormBody.encode(second.form))
  }

  @Test("Whatever decides what is made decides the token")
  func token() throws {
    var requests = [try parameters().request(LaunchParametersTests.call)]
    let changes: [(inout LaunchCall) -> Void] = [
      { $0.role = "client" }, { $0.zone = "us-east-1b" }, { $0.instanceType = "c5.large" }, { $0.count = 4 },
      { $0.attempt = 1 },
    ]
    for change in changes {
      var call = LaunchParametersTests.call
      change(&call)
      requests.append(try parameters().request(call))
    }
    let others: [(inout LaunchParameters) throws -> Void] = [
      { $0.record.groupID = "sg-2" }, { $0.record.expires = $0.record.expires + .seconds(1) },
      { $0.image = try .test("ami-2") }, { $0.extraTags["who"] = "me" }, { $0.extraTags["more"] = "" },
      { $0.volume_gb = 51 }, { $0.keyName = "mine" }, { $0.record.run = "r2" }, { $0.record.owner = "bob@desk" },
    ]
    for change in others { requests.append(try parameters(change).request(LaunchParametersTests.call)) }
    let tokens = requests.compactMap(\.clientToken)
    #expect(Set(tokens).count == requests.count)
    for token in tokens {
      #expect(token.utf8.count <= 64 && token.utf8.allSatisfy { (0x21...0x7e).contains($0) })
    }
  }

  @Test("As many machines as are missing are asked for, all or none, with the tags of instance and volume in the call")
  func tags() throws {
    let request = try parameters().request(LaunchParametersTests.call)
    #expect(request.minCount == 3 && request.maxCount == 3)
    #expect(request.tagSpecifications.map(\.resourceType) == ["instance", "volume"])
    for specification in request.tagSpecifications {
      #expect(
        specification.tags
          == .init([
            "EXP_ID": "exp", "TASK_TYPE": "worker", "Name": "exp-main-worker", "run_exp:cluster": "main",
            "run_exp:run": "r1", "run_exp:owner": "ada@laptop", "run_exp:expires": "2026-11-21T10:50:31Z",
            "run_exp:token": request.clientToken ?? "", "who": "söhne",
          ]))
    }
    // The user's cannot take the place of ours.
    let hostile = try parameters { $0.extraTags = ["EXP_ID": "x", "run_exp:token": "x", "TASK_TYPE": "x"] }
    let tags = try hostile.request(LaunchParametersTests.call).tagSpecifications[0].tags
    #expect(!tags.contains { $0.value == "x" })
  }

  @Test("Metadata needs a token, the volume is encrypted and goes with its machine, which ends when it shuts down")
  func safety() throws {
    let form = try parameters().request(LaunchParametersTests.call).form
    let values = Dictionary(uniqueKeysWithValues: form.map { ($0.name, $0.value) })
    let expected = [
      "MetadataOptions.HttpTokens": "required", "MetadataOptions.InstanceMetadataTags": "enabled",
      "MetadataOptions.HttpPutResponseHopLimit": "2", "BlockDeviceMapping.1.DeviceName": "/dev/sda1",
      "BlockDeviceMapping.1.Ebs.Encrypted": "true", "BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true",
      "BlockDeviceMapping.1.Ebs.VolumeSize": "50", "InstanceInitiatedShutdownBehavior": "terminate",
      "SecurityGroupId.1": "sg-1", "KeyName": "run_exp/exp/main", "ImageId": "ami-1",
      "Placement.AvailabilityZone": "us-east-1a",
    ]
    for (name, value) in expected { #expect(values[name] == value, "\(name)") }
    let userData = Data(base64Encoded: values["UserData"] ?? "").map { [UInt8]($0) }
    #expect(userData == MachineExpiry.userData(expires: ClusterRecord.test().expires))
  }

  @Test("A volume is never smaller than its image")
  func volume() throws {
    let request = try parameters { $0.image = try .test(rootSize_gib: 80) }.request(LaunchParametersTests.call)
    #expect(request.blockDeviceMappings.map(\.volumeSize_gib) == [80])
    let bare = try parameters { ($0.image.rootDevice, $0.image.volumes) = (nil, []) }
    #expect(try bare.request(LaunchParametersTests.call).blockDeviceMappings.isEmpty)
  }

  @Test("Every volume that the image brings is encrypted and ends with its machine, the root's first")
  func otherVolumes() throws {
    let image = try Image.test(others: (ebs: ["/dev/sdb", "/dev/sdc"], store: ["/dev/sdd"]))
    let mappings = try parameters { $0.image = image }.request(LaunchParametersTests.call).blockDeviceMappings
    #expect(mappings.map(\.deviceName) == ["/dev/sda1", "/dev/sdb", "/dev/sdc"])
    #expect(mappings.allSatisfy { $0.isEncrypted == true && $0.isDeletedOnTermination == true })
    // Of what only the image knows it decides the size.
    #expect(mappings.map(\.volumeSize_gib) == [50, nil, nil])
  }
}
