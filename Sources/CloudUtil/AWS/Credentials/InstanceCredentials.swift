/// The credentials of the EC2 instance that this machine is, from its metadata service (IMDSv2).
struct InstanceCredentials: CredentialSource {
  let environment: AWSEnvironment
  let service: MetadataService

  init(environment: AWSEnvironment, transport: any HTTPTransport, timing: Timing) {
    self.environment = environment
    service = MetadataService(transport: transport, timing: timing, patience: .seconds(1), pause: .milliseconds(200))
  }

  func search() async throws -> CredentialSearch {
    if environment.isTrue("AWS_EC2_METADATA_DISABLED") {
      return .absent(["the instance's metadata: switched off by AWS_EC2_METADATA_DISABLED"])
    }
    let endpoint = try endpoint()
    let place = "the instance's metadata (\(endpoint))"
    let lifetime = HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds", "21600")
    let session: HTTPResponse
    do {
      // Tried once: on any other machine nobody answers, and everybody waits.
      session = try await service.once(HTTPRequest("PUT", "\(endpoint)/latest/api/token", headers: [lifetime]))
    } catch is HTTPError {
      return .absent(["\(place): nobody answers: this is no EC2 instance"])
    }
    guard session.status == 200 else {
      return .absent(["\(place): no token by IMDSv2: HTTP status \(session.status)"])
    }
    let token = HTTPHeader("X-aws-ec2-metadata-token", session.text)

    let roles = "\(endpoint)/latest/meta-data/iam/security-credentials/"
    guard let list = try await text(of: roles, token, place),
      let role = list.split(whereSeparator: \.isNewline).first
    else { return .absent(["\(place): the instance has no role"]) }
    guard let reply = try await text(of: roles + role, token, place) else {
      throw CredentialError.refused(place, reason: "it knows nothing of its role \(role)")
    }
    return .found(try CredentialReply(Array(reply.utf8), from: place).credentials(from: place))
  }

  /// Nil if there is nothing of this name.
  private func text(of url: String, _ token: HTTPHeader, _ place: String) async throws -> String? {
    let response: HTTPResponse
    do { response = try await service.ask(.get(url, headers: [token])) } catch let error as HTTPError {
      throw CredentialError.refused(place, reason: "\(error)")
    }
    guard response.status == 200 || response.status == 404 else {
      throw CredentialError.refused(place, reason: "it answered with HTTP status \(response.status)")
    }
    return response.status == 404 ? nil : response.text
  }

  /// Without a `/` at its end.
  private func endpoint() throws -> String {
    let name = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    guard let text = environment.value(name) else {
      let isIPv6 = environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6"
      return isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }
    guard let url = HTTPURL(text), url.user == nil, url.query.isEmpty else {
      throw CredentialError.refused(name, reason: "no http:// or https:// URL with a host")
    }
    return "\(url.scheme)://\(url.hostHeader)\(url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path)"
  }
}
