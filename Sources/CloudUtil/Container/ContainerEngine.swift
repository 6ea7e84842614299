/// Keeps services on one host: starts them, watches, disturbs and ends them.
///
/// Every verb throws `ContainerError`; `unknown` if there is no such service, `notRunning` where it has to run and has ended.
public protocol ContainerEngine: Sendable {
  /// Starts `specs` in order; an engine may start some at a time. If one cannot be started, those that were run on until
  /// they are removed by their tag. The name of a service that has ended may be used again.
  func deploy(_ specs: [ServiceSpec]) async throws

  /// Runs the program of `spec` to its end, where and as its service would run, and leaves nothing of it. Its failing is
  /// not an error. What it prints is returned and not logged; it gets no secrets and no limits.
  func runOnce(_ spec: ServiceSpec, deadline: ContinuousClock.Instant) async throws -> Output

  /// Sends a signal to every process of the service.
  func signal(_ name: String, _ signal: Int32) async throws

  /// SIGKILL to every process of the service, as soon as it can be sent; its end is not waited for.
  func kill(_ name: String) async throws

  /// Stops the service where it stands, until `resume`.
  func pause(_ name: String) async throws
  func resume(_ name: String) async throws

  /// Changes the limits of a running service.
  func update(_ name: String, limits: Limits) async throws

  /// Finds out whether a service of this name can have `limits`, before anything is deployed.
  /// - Throws: `ContainerError.limitRefused`; `unsupported` where nothing can be limited.
  func check(_ limits: Limits, of name: String) async throws

  /// Finds out whether `shape` will work here, before anything is deployed.
  /// - Throws: `unsupported`, and what is to be done about it.
  func linkGround() async throws -> LinkGround

  /// Disturbs the link of a service that has a network of its own, until it is removed or shaped again.
  func shape(_ name: String, as condition: LinkCondition) async throws

  /// Runs `command` beside the service, in its environment.
  func exec(_ command: Command, in name: String, deadline: ContinuousClock.Instant) async throws -> Output

  func stats(_ name: String) async throws -> ServiceStats

  /// The last `lines` lines of its stdout and stderr.
  func logs(_ name: String, lines: Int) async throws -> String

  /// Each service's end: those that have ended since they were deployed, then the others as they end, until the caller stops listening.
  func exits() -> AsyncStream<ServiceExit>

  /// Ends and forgets everything that carries `tag`, whatever state it or the caller is in.
  /// Nothing being there is not an error. Cancellation does not stop it.
  func remove(_ tag: ProcessTag) async throws
}

extension ContainerEngine {
  public func kill(_ name: String) async throws { try await signal(name, 9) }
}
