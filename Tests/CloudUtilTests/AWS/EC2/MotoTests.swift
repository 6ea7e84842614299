import Testing

@testable import CloudUtil

/// Every call against somebody else's EC2 over real HTTP.
@Suite(.enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
struct MotoTests {
  private static func client(_ server: MotoServer, _ transport: any HTTPTransport) -> EC2Client {
    let signer = SignatureV4(region: "us-east-1", service: "ec2")
    return EC2Client(
      endpoint: server.endpoint, transport: transport,
      credentials: { _ in AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret") },
      sign: { try signer.sign($0, with: $1, at: $2) })
  }

  @Test("A cluster is described, made, tagged, ended and cleared away, and any of its replies can be cut off")
  func everyAction() async throws {
    try await MotoServer.use { server in
      let transport = RecordingTransport(CurlTransport())
      let client = MotoTests.client(server, transport)

      let zones = try await client.send(DescribeAvailabilityZones())
      #expect(zones.contains { $0.name == "us-east-1a" && $0.state == "available" })
      let offered = try await client.sendAll(
        DescribeInstanceTypeOfferings(locationType: .zone, filters: [Filter("instance-type", ["t3.micro"])]))
      #expect(
        offered.contains(where: { $0.location == "us-east-1a" }) && offered.allSatisfy { $0.instanceType == "t3.micro" }
      )
      let images = try await client.sendAll(
        DescribeImages(
          owners: ["amazon"], filters: [Filter("name", ["amzn2-ami-*"]), Filter("architecture", ["x86_64"])]))
      let image = try #require(images.first)
      #expect(image.state == "available" && image.architecture == "x86_64" && image.creationDate != nil)
      #expect(
        image.rootDevice?.hasPrefix("/dev/") == true
          && image.volumes.contains { $0.device == image.rootDevice && $0.size_gib != nil })

      let tags = [EC2Tag("EXP_ID", "parm & söhne"), EC2Tag("run_exp:token", "t1")]
      let group = try await client.send(
        CreateSecurityGroup(
          groupName: "run_exp-exp-main", groupDescription: "d",
          tagSpecifications: [TagSpecification("security-group", tags)]))
      let key = try await client.send(
        ImportKeyPair(
          keyName: "k", publicKey: QueryBytes(Array(MotoTests.publicKey.utf8)),
          tagSpecifications: [TagSpecification("key-pair", tags)]))
      #expect(key.name == "k" && !key.fingerprint.isEmpty)
      #expect(try await client.send(DescribeKeyPairs(keyNames: ["k"])).first?.tags["EXP_ID"] == "parm & söhne")

      let rules = [
        IPPermission(
          ipProtocol: "tcp", fromPort: 22, toPort: 22, ranges: [.init("198.51.100.7/32", ruleDescription: "ssh")]),
        IPPermission(ipProtocol: "-1", groups: [.init(group)]),
      ]
      try await client.send(AuthorizeSecurityGroupIngress(groupID: group, permissions: rules))
      let described = try #require(
        try await client.sendAll(DescribeSecurityGroups(filters: [Filter(tag: "run_exp:token", "t1")])).first)
      #expect(described.id == group && described.tags["EXP_ID"] == "parm & söhne")
      let ssh = try #require(described.ingress.first { $0.ipProtocol == "tcp" })
      #expect(ssh == rules[0])
      #expect(described.ingress.first { $0.ipProtocol == "-1" }?.groups.first?.groupID == group)
      try await client.send(RevokeSecurityGroupIngress(groupID: group, permissions: [rules[0]]))
      #expect(try await client.sendAll(DescribeSecurityGroups(groupIDs: [group])).first?.ingress.count == 1)

      var launch = RunInstances(imageID: image.id, instanceType: "t3.micro", minCount: 3, maxCount: 3)
      launch.keyName = "k"
      launch.securityGroupIDs = [group]
      launch.userData = QueryBytes(Array("#!/bin/sh\necho é\n".utf8))
      launch.clientToken = "token-1"
      launch.availabilityZone = "us-east-1b"
      launch.blockDeviceMappings = [.encrypted(image.rootDevice ?? "/dev/sda1", size_gib: 60)]
      launch.metadataOptions = MetadataOptions(tokens: .required, hopLimit: 2, tags: .enabled)
      launch.shutdownBehavior = .terminate
      launch.tagSpecifications = [TagSpecification("instance", tags), TagSpecification("volume", tags)]
      launch.dryRun = true
      let rehearsed = await #expect(throws: AWSError.self) { _ = try await client.send(launch) }
      #expect(rehearsed?.kind == .dryRunSucceeded)
      launch.dryRun = nil
      let made = try await client.send(launch)
      #expect(made.count == 3 && made.allSatisfy { $0.state == .pending && $0.clientToken == "token-1" })

      let running = try await client.sendAll(
        DescribeInstances(filters: [Filter(tag: "EXP_ID", "parm & söhne"), Filter("instance-state-name", ["running"])]))
      #expect(Set(running.map(\.id)) == Set(made.map(\.id)))
      let one = try #require(running.first)
      #expect(one.type == "t3.micro" && one.imageID == image.id && one.availabilityZone == "us-east-1b")
      #expect(one.keyName == "k" && one.securityGroupIDs == [group] && one.tags["run_exp:token"] == "t1")
      #expect(one.launchTime != nil && one.privateAddress != nil && one.publicAddress != nil)
      try await client.send(
        CreateTags(resourceIDs: [one.id], tags: [EC2Tag("run_exp:expires", "later"), EC2Tag("e", "")]))
      let tagged = try await client.send(DescribeInstances(instanceIDs: [one.id])).items.first
      #expect(tagged?.tags["run_exp:expires"] == "later" && tagged?.tags["e"] == "")
      // moto starts what runs already, too.
      #expect(try await client.send(StartInstances([one.id])).map(\.instanceID) == [one.id])

      let ended = try await client.send(TerminateInstances(made.map(\.id)))
      #expect(ended.count == 3 && ended.allSatisfy { $0.previous == .running && $0.current.isEnding })
      try await client.send(DeleteSecurityGroup(groupID: group))
      try await client.send(DeleteKeyPair(keyName: "k"))
      #expect(try await client.send(DescribeKeyPairs(filters: [Filter("key-name", ["k"])])).isEmpty)
      for response in transport.responses { MotoTests.cut(response) }
    }
  }

  /// The beginnings of a reply: all of a short one, some hundreds of a long one.
  private static func cut(_ response: HTTPResponse) {
    let end = response.body.lastIndex { $0 == UInt8(ascii: ">") } ?? 0
    for count in stride(from: 0, to: end, by: max(1, end / 500)) {
      let start = Array(response.body.prefix(count))
      #expect(throws: ReplyProblem.self, "\(response.text.prefix(200)) cut at \(count)") {
        try ReplyParser.parse(start)
      }
    }
  }

  @Test("120 instances come in pages")
  func paged() async throws {
    try await MotoServer.use { server in
      let transport = RecordingTransport(CurlTransport())
      let client = MotoTests.client(server, transport)
      for number in 0..<120 {
        var launch = RunInstances(imageID: "ami-12c6146b", instanceType: "t3.micro", minCount: 1, maxCount: 1)
        launch.clientToken = "token \(number)"
        _ = try await client.send(launch)
      }
      let found = try await client.sendAll(DescribeInstances(maxResults: 50))
      #expect(Set(found.map(\.id)).count == 120 && found.count == 120)
      #expect(transport.responses.count == 120 + 3)
    }
  }

  @Test("What EC2 refuses is told with its kind, code and request")
  func refusals() async throws {
    try await MotoServer.use { server in
      let client = MotoTests.client(server, CurlTransport())
      func failure(_ request: some EC2Request) async -> AWSError? {
        await #expect(throws: AWSError.self) { _ = try await client.send(request) }
      }
      let missing = await failure(TerminateInstances(["i-1234567890abcdef0"]))
      #expect(missing?.kind == .notFoundYet && missing?.code == "InvalidInstanceID.NotFound")
      #expect(missing?.requestID?.isEmpty == false && missing?.action == "TerminateInstances")
      #expect(await failure(DescribeSecurityGroups(groupIDs: ["sg-1"]))?.kind == .notFoundYet)
      #expect(await failure(DescribeImages(imageIDs: ["ami-00000000000000000"]))?.kind == .missing(.image))
      #expect(await failure(DescribeKeyPairs(keyNames: ["none"]))?.kind == .missing(.key))
      #expect(await failure(DeleteSecurityGroup(groupID: "sg-1"))?.kind == .notFoundYet)
      let create = CreateSecurityGroup(groupName: "g", groupDescription: "d")
      _ = try await client.send(create)
      #expect(await failure(create)?.kind == .duplicate)
    }
  }

  private static let publicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIdx1Dw3wJyk8pDmoRxPDJkQ8ZDyj5rgUxiFl0bBqyxk run_exp"
}
