/// Where AWS is asked, and how it is known to be AWS.
public struct AWSSettings: Equatable, Sendable {
  /// Of the files, whether or not it is in them.
  public var profile: String
  public var region: String
  /// Who says the region: `region` if the caller did.
  public var regionSource: String
  /// The URL to which requests to EC2 are posted.
  public var ec2Endpoint: String
  /// The path of the certificates that are trusted instead of the system's; nil for the system's.
  public var caBundle: String?

  /// Reads variables and files in the order of AWS's own tools.
  ///
  /// - Region: `region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, `region` of the profile.
  /// - Endpoint: `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL`, `endpoint_url` of `ec2` in the profile's `services`,
  ///   `endpoint_url` of the profile; none of them with `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true`.
  /// - Certificates: `AWS_CA_BUNDLE`, `ca_bundle` of the profile.
  /// - Parameter region: what the caller's own configuration says.
  /// - Throws: `AWSSettingsError`.
  public init(region: String? = nil, from environment: AWSEnvironment) throws {
    let profile = try AWSProfile(from: environment)
    self.profile = profile.name
    let endpoint = try AWSSettings.endpoint(environment, profile)

    let found = try AWSSettings.region(region, environment, profile)
    (self.region, regionSource) = found
    if let endpoint {
      guard AWSRegion.isLabel(found.text) else {
        throw AWSSettingsError.badRegion(found.text, source: found.source)
      }
      ec2Endpoint = endpoint
    } else {
      guard let region = AWSRegion(found.text) else {
        throw AWSSettingsError.badRegion(found.text, source: found.source)
      }
      ec2Endpoint = "https://ec2.\(region.name).\(region.domain)/"
    }
    caBundle = (environment.value("AWS_CA_BUNDLE") ?? profile.value("ca_bundle")?.value).map(environment.expanded)
  }

  /// Whether the endpoint is in a domain of AWS's: the region's own, or another by which EC2 is reached.
  public var isEndpointOfAWS: Bool { HTTPURL(ec2Endpoint).map { AWSRegion.isHost($0.host) } ?? false }

  private static func region(
    _ region: String?, _ environment: AWSEnvironment, _ profile: AWSProfile
  ) throws -> (text: String, source: String) {
    if let region { return (region, "region") }
    if let (name, value) = environment.first(of: "AWS_REGION", "AWS_DEFAULT_REGION") { return (value, name) }
    if let (path, value) = profile.value("region") { return (value, "\(path): region of profile \(profile.name)") }
    throw AWSSettingsError.noRegion(lookedIn: [
      "AWS_REGION", "AWS_DEFAULT_REGION",
      "the profile \"\(profile.name)\" in \(profile.credentials.path) and \(profile.config.path)",
    ])
  }

  private static func endpoint(_ environment: AWSEnvironment, _ profile: AWSProfile) throws -> String? {
    if environment.isTrue("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
      || profile.value("ignore_configured_endpoint_urls")?.value.lowercased() == "true"
    {
      return nil
    }
    if let (name, value) = environment.first(of: "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL") {
      return try normalised(endpoint: value, source: name)
    }
    guard let services = profile.services else {
      throw AWSSettingsError.badEndpoint(
        source: "\(profile.config.path): profile \(profile.name)", reason: "it names services that are not in the file")
    }
    if let value = services["ec2"]?["endpoint_url"], !value.isEmpty {
      return try normalised(endpoint: value, source: "\(profile.config.path): endpoint_url of ec2")
    }
    if let (path, value) = profile.value("endpoint_url") {
      return try normalised(endpoint: value, source: "\(path): endpoint_url of profile \(profile.name)")
    }
    return nil
  }

  /// Does not repeat the URL in errors: one with a user has a password.
  private static func normalised(endpoint: String, source: String) throws -> String {
    guard let url = HTTPURL(endpoint) else {
      throw AWSSettingsError.badEndpoint(source: source, reason: "no http:// or https:// URL with a host")
    }
    guard url.user == nil, url.query.isEmpty else {
      throw AWSSettingsError.badEndpoint(source: source, reason: "an endpoint has neither a user nor a query")
    }
    let path = url.path.hasSuffix("/") ? url.path : url.path + "/"
    return "\(url.scheme)://\(url.hostHeader)\(path)"
  }
}
