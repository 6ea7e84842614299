import Testing

@testable import CloudUtil

@Suite struct EC2ResponseTests {
  @Test("Instances are read with all that EC2 says of them, and what it leaves out is nil")
  func instances() throws {
    let page = try DescribeInstances.response(ReplyParser.parse(Array(EC2Replies.describeInstances.utf8)))
    #expect(page.nextToken == "page 2")
    let running = try #require(page.items.first)
    #expect(running.id == "i-1234567890abcdef0" && running.type == "g4dn.xlarge")
    #expect(running.imageID == "ami-0123456789abcdef0" && running.state == .running && running.stateReason == nil)
    #expect(running.availabilityZone == "us-east-1a" && running.clientToken == "token-1")
    #expect(running.launchTime == UTCTime(iso8601: "2026-11-21T10:50:31Z"))
    #expect(running.privateAddress == "10.0.0.12" && running.publicAddress == "198.51.100.7")
    #expect(running.keyName == "my_keypair" && running.securityGroupIDs == ["sg-1"])
    #expect(running.tags == ["EXP_ID": "ParM & co", "empty": ""])
    let ended = try #require(page.items.last)
    #expect(ended.state == .terminated && ended.state.isEnding && ended.privateAddress == nil && ended.tags.isEmpty)
    #expect(ended.stateReason?.code == "Server.InsufficientInstanceCapacity")
    #expect(ended.stateReason.map { AWSError.Kind(stateReason: $0.code) } == .capacity)
  }

  @Test("A secret in the words of why a machine is in its state is not passed on; what else is said stays as it is")
  func stateReason() async throws {
    let reply = EC2Replies.describeInstances.replacing("There is no", with: "ParM: no")
    let transport = ScriptedTransport([.reply(200, reply)])
    let client = EC2Client(
      endpoint: "https://ec2.test", transport: transport,
      credentials: { _ in AWSCredentials(accessKeyID: "key", secretAccessKey: "ParM") },
      sign: { request, _, _ in request }
    )
    let instances = try await client.send(DescribeInstances()).items
    let reason = instances.last?.stateReason
    #expect(reason?.message == "Server.InsufficientInstanceCapacity: <secret>: no capacity")
    #expect(reason?.code == "Server.InsufficientInstanceCapacity")
    #expect(instances.first?.tags["EXP_ID"] == "ParM & co")
    // One that only asks may arrive twice.
    #expect(transport.requests.map(\.isSentOnce) == [false])
  }

  @Test("A reply without what it must have is refused, not guessed")
  func incomplete() throws {
    let whole = EC2Replies.describeInstances
    for missing in [
      "<instanceId>i-2</instanceId>", "<imageId>ami-2</imageId>", "<instanceType>t3.micro</instanceType>",
      "<name>terminated</name>",
    ] {
      let reply = try ReplyParser.parse(Array(whole.replacing(missing, with: "").utf8))
      #expect(throws: ReplyProblem.self, "\(missing)") { try DescribeInstances.response(reply) }
    }
    let refused = try ReplyParser.parse(Array("<DeleteTagsResponse><return>false</return></DeleteTagsResponse>".utf8))
    #expect(throws: ReplyProblem("<DeleteTagsResponse> returns false")) { try CreateTags.response(refused) }
  }

  @Test(
    "Every state has EC2's name; one that is new keeps it",
    arguments: ["pending", "running", "stopping", "stopped", "shutting-down", "terminated", "dreaming"])
  func states(name: String) {
    let state = InstanceState(name)
    #expect(state.description == name)
    #expect(state.isEnding == ["shutting-down", "terminated"].contains(name))
    #expect((state == .unknown(name)) == (name == "dreaming"))
  }
}
