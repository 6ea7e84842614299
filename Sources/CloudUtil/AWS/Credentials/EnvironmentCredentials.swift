/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialSource {
  let environment: AWSEnvironment

  func search() throws -> CredentialSearch {
    // As with AWS's own tools a profile that is named must be there, also when its keys are not needed: who misspells
    // it would work in another account than he believes.
    _ = try AWSProfile(from: environment)
    let variable = { (name: String) in (name: name, value: environment.value(name)) }
    let token = environment.first(of: "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
    let keys = StaticKeys(
      place: "environment", id: variable("AWS_ACCESS_KEY_ID"), secret: variable("AWS_SECRET_ACCESS_KEY"),
      token: (token?.name ?? "AWS_SESSION_TOKEN", token?.value),
      expiration: environment.value("AWS_CREDENTIAL_EXPIRATION").flatMap(CredentialReply.time))
    guard let credentials = try keys.credentials() else {
      return .absent(["the environment: AWS_ACCESS_KEY_ID is not set"])
    }
    return .found(credentials)
  }
}
