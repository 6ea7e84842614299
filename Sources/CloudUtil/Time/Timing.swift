/// How time passes for what waits, retries and backs off: the real clock, or a test's.
public struct Timing: Sendable {
  public var now: @Sendable () -> UTCTime
  /// - Throws: `CancellationError`.
  public var sleep: @Sendable (Duration) async throws -> Void
  /// A number from 0 up to 1, another at each call.
  public var random: @Sendable () -> Double

  public init(
    now: @escaping @Sendable () -> UTCTime, sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }

  public static let real = Timing(
    now: { .now }, sleep: { try await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) })
}
