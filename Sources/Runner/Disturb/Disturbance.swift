import Serving

/// What disturbs a trial while its load runs: it begins with the load and is over, whatever happens, when this has drained.
protocol Disturbance: Sendable {
  /// Begins; returns soon, and what it does goes on until `stop`. Called at `go`, when every component is ready.
  /// - Parameter zero: when the schedule of the load begins, on this machine's clock; a little later than now.
  /// - Throws: what keeps it from disturbing the trial, which fails then.
  func start(at zero: Instant) async throws

  /// Ends, and undoes what would outlast it. Also called if `start` has thrown, and where the trial was interrupted.
  func stop() async throws
}
