/// AWS's Signature Version 4, carried in headers: proves to a service who sent a request, and that nobody changed it.
///
/// Described in AWS's "Create a signed AWS API request".
public struct SignatureV4: Equatable, Sendable {
  public var region: String
  /// As in the names of its endpoints: `ec2`.
  public var service: String

  public init(region: String, service: String) {
    self.region = region
    self.service = service
  }

  /// `request` with the headers `Host`, `X-Amz-Date`, `X-Amz-Security-Token` (of temporary credentials) and
  /// `Authorization`; those it had under these names are replaced, except `Host`.
  /// - Throws: `HTTPError.badRequest` if its URL names no host; `SHA256.Unavailable`.
  public func sign(_ request: HTTPRequest, with credentials: AWSCredentials, at time: UTCTime) throws -> HTTPRequest {
    var signed = try prepare(request, with: credentials, at: time)
    let canonical = try canonicalRequest(signed)
    let signature = try signature(of: stringToSign(canonical, at: time), with: credentials.secretAccessKey, at: time)
    signed.headers.append(
      HTTPHeader(
        "Authorization",
        "\(SignatureV4.algorithm) Credential=\(credentials.accessKeyID)/\(scope(at: time)), "
          + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"))
    return signed
  }

  private static let algorithm = "AWS4-HMAC-SHA256"

  /// `request` with all that is to be signed.
  func prepare(_ request: HTTPRequest, with credentials: AWSCredentials, at time: UTCTime) throws -> HTTPRequest {
    var prepared = request
    for name in ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"] { prepared.headers.remove(name) }
    if prepared.header("host") == nil {
      prepared.headers.append(HTTPHeader("Host", try url(of: request).hostHeader))
    }
    prepared.headers.append(HTTPHeader("X-Amz-Date", time.basic))
    if let token = credentials.sessionToken {
      prepared.headers.append(HTTPHeader("X-Amz-Security-Token", token.value))
    }
    if isS3 {
      prepared.headers.remove("X-Amz-Content-SHA256")
      prepared.headers.append(HTTPHeader("X-Amz-Content-SHA256", try SHA256.hex(request.body)))
    }
    return prepared
  }

  func canonicalRequest(_ request: HTTPRequest) throws -> CanonicalRequest {
    try CanonicalRequest(request, url: url(of: request), isPathVerbatim: isS3)
  }

  func stringToSign(_ canonical: CanonicalRequest, at time: UTCTime) throws -> String {
    let digest = try SHA256.hex(Array(canonical.text.utf8))
    return [SignatureV4.algorithm, time.basic, scope(at: time), digest].joined(separator: "\n")
  }

  private var isS3: Bool { service == "s3" }

  private func scope(at time: UTCTime) -> String { "\(time.basicDate)/\(region)/\(service)/aws4_request" }

  /// The key is made for the day, the region and the service, so that it is of no use elsewhere.
  private func signature(of text: String, with secret: Secret, at time: UTCTime) throws -> String {
    let parts = [time.basicDate, region, service, "aws4_request", text]
    return hexadecimal(
      try parts.reduce(Array("AWS4\(secret.value)".utf8)) { key, part in
        try SHA256.authenticationCode(of: Array(part.utf8), key: key)
      })
  }

  private func url(of request: HTTPRequest) throws -> HTTPURL {
    guard let url = HTTPURL(request.url) else {
      throw HTTPError.badRequest(url: request.printableURL, reason: "no http:// or https:// URL with a host")
    }
    return url
  }
}
