/// A place where credentials may be.
protocol CredentialSource: Sendable {
  /// - Throws: `CredentialError` or `AWSSettingsError` if this is the place, but there is something wrong with it;
  ///   `CancellationError`.
  func search() async throws -> CredentialSearch
}

enum CredentialSearch: Equatable, Sendable {
  case found(AWSCredentials)
  /// Where was looked, and what was there instead, line by line.
  case absent([String])
}
