import Serving

#if canImport(Glibc)
  import Glibc
#endif

/// Unix time that never steps: real time read once, plus the monotonic clock since.
public struct Clock: Sendable {
  private let offset_ns: Int64

  public init() { offset_ns = Clock.read(CLOCK_REALTIME) - Clock.read(CLOCK_MONOTONIC) }

  public func now() -> Instant { Instant(nanoseconds: offset_ns + Clock.read(CLOCK_MONOTONIC)) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
