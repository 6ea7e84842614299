/// Finds the credentials of whoever runs this, where AWS's own tools look and in their order: environment, shared
/// credentials and config files, container, EC2 instance. Keeps them until shortly before they expire.
public actor CredentialChain {
  private let sources: [any CredentialSource]
  private let timing: Timing
  private var held: AWSCredentials?
  /// Before that nothing new is asked for while what is held still holds.
  private var nextSearch = UTCTime(seconds: 0)
  private var isSearching = false
  private var waiting: [CheckedContinuation<Result<AWSCredentials, any Error>, Never>] = []

  /// How long before they expire credentials are renewed: as long as new ones are there before the old ones end.
  private static let margin = Duration.seconds(300)
  private static let pause = Duration.seconds(30)

  public init(
    from environment: AWSEnvironment, transport: any HTTPTransport, shell: any RemoteShell = LocalShell(),
    timing: Timing = .real
  ) {
    self.init(
      sources: [
        EnvironmentCredentials(environment: environment),
        ProfileCredentials(environment: environment, shell: shell),
        ContainerCredentials(environment: environment, transport: transport, timing: timing),
        InstanceCredentials(environment: environment, transport: transport, timing: timing),
      ], timing: timing)
  }

  init(sources: [any CredentialSource], timing: Timing) {
    self.sources = sources
    self.timing = timing
  }

  /// Those that are held, or, once they are about to expire, new ones.
  /// - Throws: `CredentialError` or `AWSSettingsError` if there are none; `CancellationError`.
  public func credentials() async throws -> AWSCredentials {
    guard let held else { return try await search() }
    guard let end = held.expiration else { return held }
    let now = timing.now()
    if now + CredentialChain.margin < end || (now < end && now < nextSearch) { return held }
    do { return try await search() } catch  where !(error is CancellationError) && timing.now() < end {
      // They still hold: whoever gives new ones may be back before they end.
      nextSearch = timing.now() + CredentialChain.pause
      return held
    }
  }

  /// New credentials, for a request that was refused because those it was signed with have expired.
  /// - Parameter rejected: those; if others are held by now, these are returned.
  /// - Throws: as `credentials`.
  public func refresh(_ rejected: AWSCredentials) async throws -> AWSCredentials {
    if let held, held != rejected { return held }
    return try await search()
  }

  /// Looks in each place in turn. Whoever asks meanwhile gets what this search finds.
  private func search() async throws -> AWSCredentials {
    guard !isSearching else { return try await join() }
    isSearching = true
    let result: Result<AWSCredentials, any Error>
    do {
      let found = try await find()
      held = found
      nextSearch = timing.now() + CredentialChain.pause
      result = .success(found)
    } catch { result = .failure(error) }
    isSearching = false
    let others = waiting
    waiting = []
    for other in others { other.resume(returning: result) }
    return try result.get()
  }

  private func join() async throws -> AWSCredentials {
    let result = await withCheckedContinuation { waiting.append($0) }
    if case .failure(is CancellationError) = result {
      try Task.checkCancellation()
      return try await search()
    }
    return try result.get()
  }

  private func find() async throws -> AWSCredentials {
    var places: [String] = []
    for source in sources {
      switch try await source.search() {
      case .found(let credentials): return credentials
      case .absent(let lines): places += lines
      }
    }
    throw CredentialError.none(lookedIn: places)
  }
}
