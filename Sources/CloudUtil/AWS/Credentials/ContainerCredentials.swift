/// The credentials of an ECS task or an EKS pod, from the agent that the environment names.
struct ContainerCredentials: CredentialSource {
  let environment: AWSEnvironment
  let service: MetadataService

  private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
  private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
  private static let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
  private static let tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
  /// Those who may be asked without TLS, beside loopback: the agents of ECS and EKS.
  private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"]

  init(environment: AWSEnvironment, transport: any HTTPTransport, timing: Timing) {
    self.environment = environment
    service = MetadataService(transport: transport, timing: timing, patience: .seconds(2), pause: .seconds(1))
  }

  func search() async throws -> CredentialSearch {
    guard let (place, url) = try url() else {
      return .absent(["the container: \(ContainerCredentials.relative) is not set"])
    }
    var headers = [HTTPHeader("Accept", "application/json")]
    if let token = try authorization() { headers.append(HTTPHeader("Authorization", token.value)) }
    let response: HTTPResponse
    do { response = try await service.ask(.get(url, headers: headers)) } catch let error as HTTPError {
      throw CredentialError.refused(place, reason: "\(error)")
    }
    guard response.status == 200 else {
      throw CredentialError.refused(place, reason: "it answered with HTTP status \(response.status)")
    }
    return .found(try CredentialReply(response.body, from: place).credentials(from: place))
  }

  /// - Throws: `CredentialError` if a stranger would be asked, who could then see the token or give keys of his own.
  private func url() throws -> (place: String, url: String)? {
    if let path = environment.value(ContainerCredentials.relative) {
      guard path.hasPrefix("/") else {
        throw CredentialError.refused(ContainerCredentials.relative, reason: "it does not begin with /")
      }
      return (ContainerCredentials.relative, "http://169.254.170.2\(path)")
    }
    guard let text = environment.value(ContainerCredentials.full) else { return nil }
    guard let url = HTTPURL(text), url.user == nil else {
      throw CredentialError.refused(ContainerCredentials.full, reason: "no http:// or https:// URL with a host")
    }
    guard url.scheme == "https" || ContainerCredentials.agents.contains(url.host) || isLoopback(url.host) else {
      throw CredentialError.refused(
        ContainerCredentials.full,
        reason: "\(url.host) may only be asked by https; by http only loopback and AWS's "
          + "agents: \(ContainerCredentials.agents.sorted().joined(separator: ", "))")
    }
    return (ContainerCredentials.full, text)
  }

  private func isLoopback(_ host: String) -> Bool {
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return host == "::1" || (numbers.first == "127" && numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil })
  }

  private func authorization() throws -> Secret? {
    var (place, token) = (ContainerCredentials.token, environment.value(ContainerCredentials.token))
    if let path = environment.value(ContainerCredentials.tokenFile) {
      place = ContainerCredentials.tokenFile
      guard let content = try? environment.read(path) else {
        throw CredentialError.refused(place, reason: "\(path) cannot be read")
      }
      token = String(decoding: content, as: UTF8.self)
    }
    guard let token else { return nil }
    guard !token.utf8.contains(where: { $0 < UInt8(ascii: " ") }) else {
      throw CredentialError.malformed(place, name: "the token")
    }
    return Secret(token)
  }
}
