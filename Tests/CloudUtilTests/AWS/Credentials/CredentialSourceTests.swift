import Synchronization
import Testing

@testable import CloudUtil

/// Each place by itself, with nothing in those before it.
@Suite struct CredentialSourceTests {
  private static let credentialsFile = "/home/me/.aws/credentials"
  private static let configFile = "/home/me/.aws/config"
  private let clock = FakeClock()

  private func find(
    _ variables: [String: String] = [:], files: [String: String] = [:], transport: FakeTransport = FakeTransport()
  ) async throws -> AWSCredentials {
    try await CredentialChain(from: .test(variables, files: files), transport: transport, timing: clock.timing)
      .credentials()
  }

  /// The error of a search, in every way in which it can be printed.
  private func failure(
    _ variables: [String: String] = [:], files: [String: String] = [:], transport: FakeTransport = FakeTransport()
  ) async -> String {
    do {
      return "found \(try await find(variables, files: files, transport: transport))"
    } catch {
      var text = "\(error)"
      dump(error, to: &text)
      #expect(!text.contains("HIDDEN") && !String(reflecting: error).contains("HIDDEN"))
      return text
    }
  }

  private static let json = """
    {"Code": "Success", "AccessKeyId": "AKIA", "SecretAccessKey": "key", "Token": "token", "Expiration": "2027-01-15T09:00:00Z"}
    """
  private static let temporary = AWSCredentials(
    accessKeyID: "AKIA", secretAccessKey: "key", sessionToken: "token", expiration: UTCTime(seconds: 1_800_003_600))

  // MARK: Environment

  @Test("Keys of the environment come before all others; empty variables are not set")
  func fromEnvironment() async throws {
    let keys = ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": ""]
    let files = [CredentialSourceTests.credentialsFile: "[default]\naws_access_key_id = B\naws_secret_access_key = C"]
    #expect(try await find(keys, files: files) == AWSCredentials(accessKeyID: "AKIA", secretAccessKey: "key"))
    let token = keys.merging(["AWS_SESSION_TOKEN": "token"]) { $1 }
    #expect(try await find(token).sessionToken == "token")
    let empty = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""]
    #expect(try await find(empty, files: files).accessKeyID == "B")
  }

  @Test("Half a key is an error that names the other half, and a line break in it one that names the variable")
  func broken() async {
    #expect(await failure(["AWS_ACCESS_KEY_ID": "AKIA"]).contains("AWS_SECRET_ACCESS_KEY is missing"))
    #expect(await failure(["AWS_SECRET_ACCESS_KEY": "HIDDEN"]).contains("AWS_ACCESS_KEY_ID is missing"))
    let keys = ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "HIDDEN\n"]
    #expect(await failure(keys).contains("a blank or a line break in AWS_SECRET_ACCESS_KEY"))
  }

  // MARK: Files

  @Test("The shared credentials file comes before the config file, each in the profile that AWS_PROFILE names")
  func profiles() async throws {
    let files = [
      CredentialSourceTests.credentialsFile: """
      [default]
      aws_access_key_id = A
      aws_secret_access_key = a=b/c+d
      [lab]
      aws_access_key_id = B
      aws_secret_access_key = b
      aws_session_token = t
      """,
      CredentialSourceTests.configFile: """
      [profile lab]
      aws_access_key_id = C
      aws_secret_access_key = c
      [profile other]
      aws_access_key_id = D
      aws_secret_access_key = d
      """,
    ]
    #expect(try await find(files: files) == AWSCredentials(accessKeyID: "A", secretAccessKey: "a=b/c+d"))
    let lab = try await find(["AWS_PROFILE": "lab"], files: files)
    #expect(lab == AWSCredentials(accessKeyID: "B", secretAccessKey: "b", sessionToken: "t"))
    #expect(try await find(["AWS_PROFILE": "other"], files: files).accessKeyID == "D")
    let elsewhere = ["AWS_SHARED_CREDENTIALS_FILE": "~/mine", "AWS_PROFILE": "lab"]
    #expect(try await find(elsewhere, files: files).accessKeyID == "C")
    #expect(await failure(["AWS_PROFILE": "none"], files: files).contains("no profile \"none\" in"))
  }

  @Test("Half a key in a profile is an error that names the file and the profile")
  func halfProfile() async {
    let text = await failure(files: [CredentialSourceTests.credentialsFile: "[default]\naws_access_key_id = A"])
    #expect(text.hasPrefix("/home/me/.aws/credentials: profile default: incomplete"))
    #expect(text.contains("aws_secret_access_key is missing"))
  }

  @Test(
    "Ways that are not supported say what to do instead, even beside keys",
    arguments: ["role_arn", "sso_session", "sso_start_url", "web_identity_token_file", "login_session"])
  func unsupported(key: String) async {
    let files = [
      CredentialSourceTests.configFile: "[profile my lab]\n",
      CredentialSourceTests.credentialsFile:
        "[my lab]\n\(key) = HIDDEN\naws_access_key_id = A\naws_secret_access_key = HIDDEN",
    ]
    let text = await failure(["AWS_PROFILE": "my lab"], files: files)
    #expect(text.contains("credentials by \(key) are not supported"))
    #expect(text.contains("aws configure export-credentials --profile 'my lab' --format env"))
  }

  @Test("A role by web identity is not supported, and says so")
  func webIdentity() async {
    let text = await failure(["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/x"])
    #expect(text.contains("credentials by AWS_WEB_IDENTITY_TOKEN_FILE are not supported"))
  }

  // MARK: Process

  private func process(_ line: String) -> [String: String] {
    [CredentialSourceTests.configFile: "[default]\ncredential_process = \(line)"]
  }

  @Test("A credential process is run with its arguments as a shell takes them apart")
  func fromProcess() async throws {
    let json =
      #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "#
      + #""Expiration": "2027-01-15T10:00:00+01:00"}"#
    let found = try await find(files: process("printf %s '\(json)'"))
    #expect(
      found
        == AWSCredentials(
          accessKeyID: "A", secretAccessKey: "s", sessionToken: "t", expiration: UTCTime(seconds: 1_800_003_600)))
  }

  @Test(
    "Whatever goes wrong with a credential process, neither its line nor its output is told",
    arguments: [
      ("/no/such/HIDDEN", "it cannot be started"), ("sh -c 'echo HIDDEN >&2; exit 3' HIDDEN", "exit status 3"),
      ("echo HIDDEN", "is not the JSON of credentials"), ("echo '{\"SecretAccessKey\": \"HIDDEN\"}'", "\"Version\": 1"),
      (#"echo '{"Version": 1, "SecretAccessKey": "HIDDEN"}'"#, "AccessKeyId is missing"),
      (
        #"echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "HIDDEN", "Expiration": "HIDDEN"}'"#, "is no time"
      ),
      ("echo 'HIDDEN", "quotes closed"),
    ])
  func brokenProcess(line: String, reason: String) async {
    let text = await failure(files: process(line))
    #expect(text.hasPrefix("/home/me/.aws/config: credential_process of profile default: "))
    #expect(text.contains(reason))
  }

  // MARK: Container

  @Test("A task asks its agent, with the path and the token that the environment gives")
  func fromContainer() async throws {
    let transport = FakeTransport { _ in .ok(CredentialSourceTests.json) }
    let relative = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1?id=2"]
    #expect(try await find(relative, transport: transport) == CredentialSourceTests.temporary)
    let pod = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
    ]
    #expect(try await find(pod, files: ["/token": "T"], transport: transport) == CredentialSourceTests.temporary)
    #expect(
      transport.lines == ["GET http://169.254.170.2/v2/credentials/1?id=2", "GET http://169.254.170.23/v1/credentials"])
    #expect(transport.requests.map { $0.header("authorization") } == [nil, "T"])
  }

  @Test(
    "Only the machine itself, AWS's agents and whoever proves his name by TLS are asked for a container's credentials",
    arguments: [
      ("http://127.0.0.1:80/x", true), ("http://127.9.9.9/x", true), ("http://[::1]:1/x", true),
      ("http://LOCALHOST/x", true), ("http://[fd00:ec2::23]/x", true), ("https://anyone.example/x", true),
      ("http://anyone.example/x", false), ("http://127.0.0.1.example/x", false), ("http://169.254.170.3/x", false),
      ("http://127.0.0.1@anyone.example/x", false), ("ftp://127.0.0.1/x", false), ("/x", false),
    ])
  func containerHosts(url: String, isAllowed: Bool) async {
    let transport = FakeTransport { _ in .ok(CredentialSourceTests.json) }
    let environment = [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "HIDDEN",
    ]
    let text = await failure(environment, transport: transport)
    #expect(text.hasPrefix(isAllowed ? "found" : "AWS_CONTAINER_CREDENTIALS_FULL_URI: no AWS credentials"))
    #expect(transport.requests.isEmpty != isAllowed)
  }

  @Test("An agent that is busy is asked again, one that refuses is not, and a bad token is not sent")
  func containerFailures() async {
    let relative = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "HIDDEN"]
    let busy = FakeTransport { _ in HTTPResponse(status: 503, body: Array("HIDDEN".utf8)) }
    #expect(await failure(relative, transport: busy).contains("HTTP status 503"))
    #expect(busy.requests.count == 3)
    let silent = FakeTransport()
    #expect(await failure(relative, transport: silent).contains("no response by the deadline"))
    #expect(silent.requests.count == 3)
    let refusing = FakeTransport { _ in HTTPResponse(status: 403) }
    #expect(await failure(relative, transport: refusing).contains("HTTP status 403"))
    #expect(refusing.requests.count == 1)
    let broken = relative.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN": "HIDDEN\r\nX: y"]) { $1 }
    #expect(await failure(broken, transport: refusing).contains("line break in the token"))
    let missing = relative.merging(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere"]) { $1 }
    #expect(await failure(missing, transport: refusing).contains("/nowhere cannot be read"))
    #expect(refusing.requests.count == 1)
  }

  // MARK: Instance

  private static let roles = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"

  /// Answers as an instance with the role `lab`.
  private func instance(
    _ answer: @escaping @Sendable (HTTPRequest) throws -> HTTPResponse? = { _ in nil }
  ) -> FakeTransport {
    FakeTransport { request in
      if let special = try answer(request) { return special }
      if request.method == "PUT" { return .ok("HIDDEN-session") }
      guard request.header("X-aws-ec2-metadata-token") == "HIDDEN-session" else { return HTTPResponse(status: 401) }
      return .ok(request.url.hasSuffix("/") ? "lab\n" : CredentialSourceTests.json)
    }
  }

  @Test("An instance gives the credentials of its role to whoever fetched a token first")
  func fromInstance() async throws {
    let transport = instance()
    #expect(try await find(transport: transport) == CredentialSourceTests.temporary)
    #expect(
      transport.lines == [
        "PUT http://169.254.169.254/latest/api/token", "GET \(CredentialSourceTests.roles)",
        "GET \(CredentialSourceTests.roles)lab",
      ])
    #expect(transport.requests[0].header("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
  }

  @Test("The metadata service may be elsewhere, or switched off")
  func instanceElsewhere() async throws {
    let transport = instance()
    _ = try await find(["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/"], transport: transport)
    _ = try await find(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], transport: transport)
    #expect(transport.lines.first == "PUT http://127.0.0.1:1338/latest/api/token")
    #expect(transport.lines[3] == "PUT http://[fd00:ec2::254]/latest/api/token")
    let off = await failure(["AWS_EC2_METADATA_DISABLED": "TRUE"], transport: transport)
    #expect(off.contains("switched off by AWS_EC2_METADATA_DISABLED"))
    #expect(transport.requests.count == 6)
  }

  @Test("An instance that is short of breath is asked again; one without a role has no credentials")
  func instanceFailures() async throws {
    let lists = Mutex(0)
    let slow = instance { request in
      guard request.url.hasSuffix("/") else { return nil }
      return lists.withLock { count in
        count += 1
        return count < 3 ? HTTPResponse(status: 500) : nil
      }
    }
    #expect(try await find(transport: slow) == CredentialSourceTests.temporary)
    let bare = instance { $0.method == "GET" ? HTTPResponse(status: 404) : nil }
    #expect(await failure(transport: bare).contains("the instance has no role"))
    let closed = instance { $0.method == "PUT" ? HTTPResponse(status: 403) : nil }
    #expect(await failure(transport: closed).contains("no token by IMDSv2: HTTP status 403"))
    let failed = instance { $0.url.hasSuffix("lab") ? .ok(#"{"Code": "AssumeRoleUnauthorizedAccess"}"#) : nil }
    #expect(await failure(transport: failed).contains("it answered AssumeRoleUnauthorizedAccess"))
    let odd = instance { $0.url.hasSuffix("lab") ? .ok("HIDDEN") : nil }
    #expect(await failure(transport: odd).contains("not the JSON of credentials"))
    let down = instance { $0.url.hasSuffix("lab") ? HTTPResponse(status: 500, body: Array("HIDDEN".utf8)) : nil }
    #expect(await failure(transport: down).contains("HTTP status 500"))
  }

  // MARK: Descriptions

  @Test("Nothing on the way to credentials shows a secret when it is printed or dumped")
  func descriptions() throws {
    let environment = AWSEnvironment.test(
      ["AWS_SECRET_ACCESS_KEY": "HIDDEN"],
      files: [CredentialSourceTests.credentialsFile: "[default]\naws_secret_access_key = HIDDEN"])
    let values: [Any] = [
      environment, try AWSProfile(from: environment), EnvironmentCredentials(environment: environment),
      ProfileCredentials(environment: environment, shell: LocalShell()), try INIFile("[a]\nkey = HIDDEN"),
      ProcessCredentials(line: "HIDDEN", place: "place", shell: LocalShell()),
      try CredentialReply(Array(#"{"Token": "HIDDEN"}"#.utf8), from: "place"),
      CredentialChain(from: environment, transport: FakeTransport()),
    ]
    for value in values {
      var text = "\(value)" + String(reflecting: value)
      dump(value, to: &text)
      #expect(!text.contains("HIDDEN"), "\(type(of: value))")
    }
  }

  // MARK: Nowhere

  @Test("Without credentials the error names every place, in order, and what to type")
  func nowhere() async {
    let files = [CredentialSourceTests.configFile: "[default]\nregion = us-east-1"]
    let text = await failure(files: files)
    #expect(
      text.hasPrefix(
        """
        no AWS credentials; looked in
          the environment: AWS_ACCESS_KEY_ID is not set
          /home/me/.aws/credentials, profile default: no such file
          /home/me/.aws/config, profile default: no keys in this profile
          the container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set
          the instance's metadata (http://169.254.169.254): nobody answers: this is no EC2 instance
        Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or type: aws configure
        """))
  }
}
