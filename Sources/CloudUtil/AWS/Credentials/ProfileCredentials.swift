/// A profile of the shared credentials file, then of the config file: keys, or a program that prints some.
struct ProfileCredentials: CredentialSource {
  let environment: AWSEnvironment
  let shell: any RemoteShell

  /// Keys that name another way to credentials, and come before any keys in the profile.
  private static let unsupported = [
    "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id", "login_session",
  ]

  func search() async throws -> CredentialSearch {
    if environment.value("AWS_WEB_IDENTITY_TOKEN_FILE") != nil {
      throw CredentialError.unsupported(
        "environment", key: "AWS_WEB_IDENTITY_TOKEN_FILE",
        instead: "assume the role first and set AWS_ACCESS_KEY_ID, "
          + "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
    }
    let profile = try AWSProfile(from: environment)
    for key in ProfileCredentials.unsupported {
      guard let (path, _) = profile.value(key) else { continue }
      throw CredentialError.unsupported(
        "\(path): profile \(profile.name)", key: key,
        instead: "have the AWS command line set the environment: "
          + "eval \"$(aws configure export-credentials --profile \(Command.quoted(profile.name)) --format env)\"")
    }
    if let credentials = try keys(in: profile.credentials, of: profile) { return .found(credentials) }
    if let (path, line) = profile.value("credential_process") {
      let place = "\(path): credential_process of profile \(profile.name)"
      return .found(try await ProcessCredentials(line: line, place: place, shell: shell).run())
    }
    if let credentials = try keys(in: profile.config, of: profile) { return .found(credentials) }
    return .absent(
      [profile.credentials, profile.config].map { "\($0.path), profile \(profile.name): \($0.absence)" })
  }

  private func keys(in entry: AWSProfile.Entry, of profile: AWSProfile) throws -> AWSCredentials? {
    let value = { (name: String) in (name: name, value: entry.values?[name]) }
    let old = value("aws_security_token")
    return try StaticKeys(
      place: "\(entry.path): profile \(profile.name)", id: value("aws_access_key_id"),
      secret: value("aws_secret_access_key"), token: old.value == nil ? value("aws_session_token") : old
    ).credentials()
  }
}
