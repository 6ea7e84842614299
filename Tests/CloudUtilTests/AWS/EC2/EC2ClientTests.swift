import Synchronization
import Testing

@testable import CloudUtil

@Suite struct EC2ClientTests {
  /// A client whose server is a script, and everything that it did.
  private final class Bench: Sendable {
    let transport: ScriptedTransport
    let time = ManualTime()
    let events = Mutex<[String]>([])
    /// Whether each question for credentials asked for new ones.
    let refreshes = Mutex<[Bool]>([])

    init(_ answers: [ScriptedTransport.Answer]) { transport = ScriptedTransport(answers) }

    func client(
      retries: RetryPolicy = RetryPolicy(), random: Double = 0.5,
      credentials: EC2Client.CredentialSource? = nil
    ) -> EC2Client {
      EC2Client(
        endpoint: "https://ec2.test",
        transport: transport,
        credentials: credentials ?? { refresh in
          let count = self.refreshes.withLock { list in
            list.append(refresh)
            return list.count { $0 }
          }
          return AWSCredentials(accessKeyID: "key \(count)", secretAccessKey: "hidden")
        },
        sign: { request, credentials, _ in
          var request = request
          request.headers.append(HTTPHeader("Authorization", credentials.accessKeyID))
          return request
        },
        timing: time.timing(random: random), retries: retries,
        observer: { event in self.events.withLock { $0.append("\(event)") } })
    }

    var signers: [String] { transport.requests.compactMap { $0.header("Authorization") } }
  }

  private static let create = CreateSecurityGroup(groupName: "g", groupDescription: "d")
  private static let created = ScriptedTransport.Answer.reply(
    200, EC2Replies.reply("CreateSecurityGroup", "<groupId>sg-1</groupId>"))
  private static let throttled = ScriptedTransport.Answer.reply(503, EC2Replies.error("RequestLimitExceeded"))
  private static let lost = ScriptedTransport.Answer.failure(HTTPError.timedOut(url: "https://ec2.test/"))

  private static func failed(_ status: Int, _ code: String) -> ScriptedTransport.Answer {
    .reply(status, EC2Replies.error(code))
  }

  @Test("A call is one signed POST of a form to the endpoint")
  func post() async throws {
    let bench = Bench([EC2ClientTests.created])
    #expect(try await bench.client().send(EC2ClientTests.create) == "sg-1")
    let request = try #require(bench.transport.requests.first)
    #expect(request.method == "POST" && request.url == "https://ec2.test/" && request.isSentOnce)
    #expect(request.header("content-type") == "application/x-www-form-urlencoded; charset=utf-8")
    #expect(request.header("authorization") == "key 0")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "Action=CreateSecurityGroup&Version=2016-11-15&GroupName=g&GroupDescription=d")
    #expect(
      bench.events.withLock(\.self) == [
        "CreateSecurityGroup", "CreateSecurityGroup: HTTP status 200 (request r-CreateSecurityGroup)",
      ])
    #expect(bench.refreshes.withLock(\.self) == [false])
  }

  @Test("Throttled, failed in AWS or without a reply, the same bytes are sent again after longer and longer waits")
  func again() async throws {
    let bench = Bench([
      EC2ClientTests.throttled, EC2ClientTests.failed(500, "InternalError"), EC2ClientTests.lost,
      .reply(502, "<html>Bad gateway"), .failure(HTTPError.couldNotConnect(url: "u", reason: "r")),
      EC2ClientTests.throttled, EC2ClientTests.throttled, EC2ClientTests.created,
    ])
    var retries = RetryPolicy()
    retries.maxConnections = 10
    #expect(try await bench.client(retries: retries).send(EC2ClientTests.create) == "sg-1")
    #expect(bench.transport.left == 0)
    #expect(Set(bench.transport.requests.map(\.body)).count == 1)
    #expect(bench.time.waits == [0.5, 1, 2, 4, 8, 15, 15].map { .seconds($0) })
    let waits = bench.events.withLock { $0.filter { $0.contains("trying again") } }
    #expect(waits.first == "CreateSecurityGroup: throttled, trying again in 0.5 s")
    #expect(waits.count == 7)
  }

  @Test("A wait is a random share of its bound, down to nothing", arguments: [0, 0.25, 0.999])
  func jitter(random: Double) async throws {
    let bench = Bench([EC2ClientTests.throttled, EC2ClientTests.throttled, EC2ClientTests.created])
    _ = try await bench.client(random: random).send(EC2ClientTests.create)
    #expect(bench.time.waits == [.seconds(1) * random, .seconds(2) * random])
  }

  @Test("After the last try the error itself is thrown")
  func tries() async throws {
    let bench = Bench(Array(repeating: EC2ClientTests.throttled, count: 20))
    let error = await failure(bench.client(random: 0), EC2ClientTests.create)
    #expect(error?.kind == .throttled && error?.requestID == "ea966190-f9aa" && error?.followsLostReply == false)
    #expect(bench.transport.requests.count == RetryPolicy().maxAttempts)
  }

  @Test("No try begins after the total time")
  func totalTime() async throws {
    let bench = Bench(Array(repeating: EC2ClientTests.throttled, count: 20))
    var retries = RetryPolicy()
    retries.totalTime = .seconds(10)
    let error = await failure(bench.client(retries: retries, random: 0.999), EC2ClientTests.create)
    #expect(error?.kind == .throttled)
    #expect(bench.transport.requests.count == 4)
    #expect(bench.time.waits.reduce(.zero, +) <= .seconds(10))
  }

  @Test("Where nobody answers it is given up early; what is wrong with TLS or the address at once")
  func unreachable() async throws {
    let refused = HTTPError.couldNotConnect(url: "u", reason: "r")
    let bench = Bench(Array(repeating: .failure(refused), count: 20))
    #expect(await failure(bench.client(), EC2ClientTests.create)?.kind == .unreachable(refused))
    #expect(bench.transport.requests.count == RetryPolicy().maxConnections)
    let untrusted = HTTPError.tls(url: "u", reason: "r")
    let other = Bench([.failure(untrusted), EC2ClientTests.created])
    #expect(await failure(other.client(), EC2ClientTests.create)?.kind == .unreachable(untrusted))
    #expect(other.transport.left == 1)
  }

  @Test(
    "Everything else is thrown at once",
    arguments: [
      (500, "InsufficientInstanceCapacity"), (400, "VcpuLimitExceeded"), (400, "InvalidGroup.NotFound"),
      (401, "AuthFailure"), (403, "UnauthorizedOperation"), (400, "InvalidAMIID.NotFound"),
      (400, "InvalidParameterValue"), (400, "InvalidGroup.Duplicate"), (400, "DependencyViolation"),
      (400, "IncorrectInstanceState"), (400, "IdempotentParameterMismatch"), (400, "IdempotentInstanceTerminated"),
      (412, "DryRunOperation"), (400, "NeverSeen"), (403, "RequestTimeTooSkewed"), (403, "Blocked"),
    ])
  func atOnce(status: Int, code: String) async throws {
    let bench = Bench([EC2ClientTests.failed(status, code), EC2ClientTests.created])
    let error = await failure(bench.client(), EC2ClientTests.create)
    #expect(error?.code == code && error?.action == "CreateSecurityGroup")
    #expect(bench.transport.left == 1 && bench.time.waits.isEmpty)
  }

  @Test("An error after a lost reply says that an earlier try may have been carried out")
  func afterLostReply() async throws {
    for first in [EC2ClientTests.lost, EC2ClientTests.failed(500, "InternalError")] {
      let bench = Bench([first, EC2ClientTests.throttled, EC2ClientTests.failed(400, "InvalidGroup.Duplicate")])
      let error = await failure(bench.client(), EC2ClientTests.create)
      #expect(error?.kind == .duplicate && error?.followsLostReply == true)
    }
  }

  @Test("A launch without a token is not sent again when it may have been carried out, but when it was throttled")
  func withoutToken() async throws {
    var launch = RunInstances(minCount: 1, maxCount: 1)
    let reply = ScriptedTransport.Answer.reply(200, EC2Replies.reply("RunInstances", "<instancesSet/>"))
    for last in [EC2ClientTests.lost, EC2ClientTests.failed(500, "InternalError")] {
      let bench = Bench([EC2ClientTests.throttled, last, reply])
      #expect(await failure(bench.client(), launch) != nil)
      #expect(bench.transport.left == 1)
    }
    launch.clientToken = "token"
    let bench = Bench([EC2ClientTests.throttled, EC2ClientTests.lost, reply])
    #expect(try await bench.client().send(launch).isEmpty)
  }

  @Test("Credentials that expired are renewed, once, without a wait")
  func expired() async throws {
    let expired = EC2ClientTests.failed(400, "RequestExpired")
    let bench = Bench([expired, EC2ClientTests.created])
    #expect(try await bench.client().send(EC2ClientTests.create) == "sg-1")
    #expect(bench.signers == ["key 0", "key 1"] && bench.time.waits.isEmpty)
    #expect(bench.refreshes.withLock(\.self) == [false, false, true])
    let twice = Bench([expired, expired, EC2ClientTests.created])
    #expect(await failure(twice.client(), EC2ClientTests.create)?.kind == .expiredCredentials)
    #expect(twice.transport.left == 1)
  }

  @Test("Credentials that someone else renewed meanwhile are not renewed again")
  func renewedElsewhere() async throws {
    let bench = Bench([EC2ClientTests.failed(403, "ExpiredToken"), EC2ClientTests.created])
    let asked = Mutex(0)
    let client = bench.client(credentials: { refresh in
      #expect(!refresh)
      let count = asked.withLock { count in
        count += 1
        return count
      }
      return AWSCredentials(accessKeyID: "key \(count)", secretAccessKey: "hidden")
    })
    #expect(try await client.send(EC2ClientTests.create) == "sg-1")
    #expect(bench.signers == ["key 1", "key 2"])
  }

  @Test("What the credentials throw, and a cancellation, come through as they are")
  func passedOn() async throws {
    struct NoCredentials: Error {}
    let bench = Bench([.failure(CancellationError())])
    await #expect(throws: NoCredentials.self) {
      _ = try await bench.client(credentials: { _ in throw NoCredentials() }).send(EC2ClientTests.create)
    }
    await #expect(throws: CancellationError.self) { _ = try await bench.client().send(EC2ClientTests.create) }
    let waiting = Bench(Array(repeating: EC2ClientTests.throttled, count: 20))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await waiting.client().send(EC2ClientTests.create)
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }

  @Test(
    "A success that cannot be read is no success: the same is sent again, three times in all",
    arguments: ["", "<html>Sign in", "<DescribeInstancesResponse/>", "<CreateSecurityGroupResponse/>", "<Create"])
  func malformed(body: String) async throws {
    let unreadable = ScriptedTransport.Answer.reply(200, body)
    let bench = Bench([unreadable, unreadable, unreadable, EC2ClientTests.created])
    let error = await failure(bench.client(), EC2ClientTests.create)
    #expect(error?.kind == .malformedReply && error?.status == 200 && bench.transport.left == 1)
    #expect(Set(bench.transport.requests.map(\.body)).count == 1 && bench.time.waits == [.seconds(0.5), .seconds(1)])
    let cut = Bench([unreadable, unreadable, EC2ClientTests.created])
    #expect(try await cut.client().send(EC2ClientTests.create) == "sg-1")
    // What came of the first try is not known.
    let taken = Bench([unreadable, EC2ClientTests.failed(400, "InvalidGroup.Duplicate")])
    #expect(await failure(taken.client(), EC2ClientTests.create)?.followsLostReply == true)
    let once = Bench([unreadable, EC2ClientTests.created])
    #expect(await failure(once.client(), RunInstances(minCount: 1, maxCount: 1))?.kind == .malformedReply)
    #expect(once.transport.left == 1)
  }

  private static func page(_ instances: Int, next: String?) -> ScriptedTransport.Answer {
    let item = """
      <item><instanceId>i</instanceId><instanceType>t</instanceType><imageId>a</imageId>\
      <instanceState><name>running</name></instanceState></item>
      """
    let token = next.map { "<nextToken>\($0)</nextToken>" } ?? ""
    let items = String(repeating: item, count: instances)
    return .reply(
      200,
      EC2Replies.reply(
        "DescribeInstances",
        "<reservationSet><item><instancesSet>\(items)</instancesSet></item></reservationSet>\(token)"))
  }

  @Test("All pages are fetched to the end, also past an empty one; an empty token is the end")
  func pages() async throws {
    for end in [nil, ""] {
      let bench = Bench([
        EC2ClientTests.page(2, next: "a"), EC2ClientTests.page(0, next: "b"), EC2ClientTests.throttled,
        EC2ClientTests.page(3, next: end), EC2ClientTests.page(1, next: nil),
      ])
      #expect(try await bench.client().sendAll(DescribeInstances(maxResults: 5)).count == 5)
      #expect(bench.transport.left == 1)
      let tokens = bench.transport.requests.map { request in
        String(decoding: request.body, as: UTF8.self).split(separator: "NextToken=").dropFirst().first ?? "-"
      }
      #expect(tokens == ["-", "a", "b", "b"])
    }
  }

  @Test("Pages that lead in a circle end in an error")
  func circle() async throws {
    for tokens in [["a", "a"], ["a", "b", "c", "a"]] {
      let bench = Bench(tokens.map { EC2ClientTests.page(1, next: $0) } + [EC2ClientTests.created])
      let error = await #expect(throws: AWSError.self) {
        _ = try await bench.client().sendAll(DescribeInstances())
      }
      #expect(error?.kind == .malformedReply && bench.transport.left == 1)
    }
  }

  @Test("No secret is in what is told or thrown")
  func secrets() async throws {
    let bench = Bench([EC2ClientTests.throttled, EC2ClientTests.failed(401, "AuthFailure")])
    let error = await failure(bench.client(), EC2ClientTests.create)
    var told = "\(bench.events.withLock(\.self)) \(error.debugDescription)"
    dump(error, to: &told)
    #expect(!told.contains("hidden") && !told.contains("key 0"))

    // Not even what the server repeats.
    for (status, text) in [(403, EC2Replies.error("SignatureDoesNotMatch", "token:t0ken hidden")), (200, "<t0ken/>")] {
      let reply = ScriptedTransport.Answer.reply(status, text)
      let echo = Bench([reply, reply, reply])
      let client = echo.client(credentials: { _ in
        AWSCredentials(accessKeyID: "key", secretAccessKey: "hidden", sessionToken: "t0ken")
      })
      let told = "\((await failure(client, EC2ClientTests.create)).debugDescription) \(echo.events.withLock(\.self))"
      #expect(told.contains("<secret>") && !told.contains("hidden") && !told.contains("t0ken"), "\(told)")
    }
  }

  private func failure<Request: EC2Request>(_ client: EC2Client, _ request: Request) async -> AWSError? {
    await #expect(throws: AWSError.self) { _ = try await client.send(request) }
  }
}
