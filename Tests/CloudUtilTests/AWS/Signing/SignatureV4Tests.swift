import Foundation
import Testing

@testable import CloudUtil

@Suite struct SignatureV4Tests {
  private static let example = AWSCredentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
  private static let exampleTime = UTCTime(seconds: 1_440_938_160)

  /// One of AWS's own test vectors.
  private struct Vector: Decodable {
    var req: String
    var creq: String
    var sts: String
    var authz: String
  }

  @Test(
    "Each of AWS's own 34 vectors comes out: canonical request, string to sign, header",
    .enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
  func vectors() throws {
    guard let data = try SignatureV4Tests.fetchedVectors() else { return }
    let vectors = try JSONDecoder().decode([String: Vector].self, from: data)
    #expect(vectors.count == 34)
    let signer = SignatureV4(region: "us-east-1", service: "service")
    for (name, vector) in vectors {
      let expected = vector.creq.replacing("\r", with: "")
      var credentials = SignatureV4Tests.example
      if let token = expected.firstMatch(of: /\nx-amz-security-token:(.*)/) {
        credentials.sessionToken = Secret(String(token.1))
      }
      let request = try SignatureV4Tests.request(of: vector.req)
      let prepared = try signer.prepare(request, with: credentials, at: SignatureV4Tests.exampleTime)
      let canonical = try signer.canonicalRequest(prepared)
      #expect(canonical.text == expected, "\(name)")
      let toSign = try signer.stringToSign(canonical, at: SignatureV4Tests.exampleTime)
      #expect(toSign == vector.sts.replacing("\r", with: ""), "\(name)")
      let signed = try signer.sign(request, with: credentials, at: SignatureV4Tests.exampleTime)
      #expect(signed.header("Authorization") == vector.authz, "\(name)")
    }
  }

  /// Nil, and the test is cancelled, if they cannot be had and need not be.
  private static func fetchedVectors() throws -> Data? {
    do { return try ReferencePython.run(script: "fetch_vectors.py") } catch  where !isAllRequired {
      try Test.cancel("SKIPPED: botocore's source distribution cannot be fetched: \(error)")
    }
  }

  /// Reads a request as it goes over the wire.
  private static func request(of text: String) throws -> HTTPRequest {
    let parts = text.replacing("\r", with: "").split(separator: "\n\n", maxSplits: 1)
    let lines = try #require(parts.first).split(separator: "\n")
    let first = try #require(lines.first).split(separator: " ")
    var headers: [HTTPHeader] = []
    for line in lines.dropFirst() {
      if line.first == " " {
        headers[headers.count - 1].value += "\n" + line
      } else {
        let colon = try #require(line.firstIndex(of: ":"))
        headers.append(HTTPHeader(String(line[..<colon]), String(line[line.index(after: colon)...])))
      }
    }
    let host = try #require(headers.value(of: "Host"))
    return HTTPRequest(
      String(first[0]), "https://\(host)\(first.dropFirst().dropLast().joined(separator: " "))", headers: headers,
      body: parts.count > 1 ? Array(parts[1].utf8) : [])
  }

  /// A request that botocore signed.
  private struct Reference: Decodable {
    var method: String
    var url: String
    var headers: [[String]]
    var body: [UInt8]
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    var region: String
    var service: String
    var time: String
    var authorization: String
  }

  /// `RUN_EXP_SEED` runs another.
  private static let seed = ProcessInfo.processInfo.environment["RUN_EXP_SEED"] ?? "20261121"

  @Test(
    "10,000 random requests are signed as botocore signs them",
    .enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
  func randomRequests() throws {
    let output = try ReferencePython.run(script: "random_requests.py", [SignatureV4Tests.seed, "10000"])
    let decoder = JSONDecoder()
    var count = 0
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let reference = try decoder.decode(Reference.self, from: line)
      let request = HTTPRequest(
        reference.method, reference.url, headers: reference.headers.map { HTTPHeader($0[0], $0[1]) },
        body: reference.body)
      let credentials = AWSCredentials(
        accessKeyID: reference.accessKeyID, secretAccessKey: Secret(reference.secretAccessKey),
        sessionToken: reference.sessionToken.map { Secret($0) })
      let signed = try SignatureV4(region: reference.region, service: reference.service)
        .sign(request, with: credentials, at: #require(UTCTime(iso8601: reference.time)))
      try #require(
        signed.header("Authorization") == reference.authorization,
        "request \(count) of seed \(SignatureV4Tests.seed): \(String(decoding: line, as: UTF8.self))")
      count += 1
    }
    #expect(count == 10_000)
  }

  @Test("Signing again replaces what the first signature added")
  func again() throws {
    let signer = SignatureV4(region: "us-east-1", service: "ec2")
    let request = HTTPRequest("POST", "https://ec2.us-east-1.amazonaws.com/", body: Array("Action=A".utf8))
    var old = SignatureV4Tests.example
    old.sessionToken = "old"
    let once = try signer.sign(request, with: old, at: UTCTime(seconds: 0))
    let twice = try signer.sign(once, with: SignatureV4Tests.example, at: SignatureV4Tests.exampleTime)
    #expect(try twice == signer.sign(request, with: SignatureV4Tests.example, at: SignatureV4Tests.exampleTime))
    #expect(twice.headers.map(\.name) == ["Host", "X-Amz-Date", "Authorization"])
    #expect(twice.header("host") == "ec2.us-east-1.amazonaws.com")
  }

  @Test("A URL without a host is refused", arguments: ["", "ec2", "https:///x", "ftp://host/", "http://host:99999/"])
  func noHost(url: String) {
    #expect(throws: HTTPError.badRequest(url: url, reason: "no http:// or https:// URL with a host")) {
      try SignatureV4(region: "us-east-1", service: "ec2")
        .sign(.get(url), with: SignatureV4Tests.example, at: SignatureV4Tests.exampleTime)
    }
  }

  @Test("Neither the secret key nor the token nor the signature shows in a description or dump of a signed request")
  func nothingShows() throws {
    var credentials = SignatureV4Tests.example
    credentials.sessionToken = "TOKEN-OF-THE-SESSION"
    let request = try SignatureV4(region: "us-east-1", service: "ec2")
      .sign(.get("https://host/"), with: credentials, at: SignatureV4Tests.exampleTime)
    let signature = try #require(request.header("Authorization")?.split(separator: "Signature=").last)
    var dumped = "\(credentials) \(request) \(String(reflecting: request))"
    dump((credentials, request), to: &dumped)
    for secret in [credentials.secretAccessKey.value, "TOKEN-OF-THE-SESSION", String(signature)] {
      #expect(!dumped.contains(secret))
    }
    #expect(dumped.contains("Authorization: <secret>"))
  }
}
